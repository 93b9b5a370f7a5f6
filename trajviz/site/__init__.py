"""Pages that people write, with races in them: found, rendered, shown and kept true.

The way of a race through the modules, where the page's own source says the recipe:

    page -> markdown, sphinx ...   find its block
         -> block                  what is asked for, or what is wrong in which line
         -> media                  its files, rendered once and kept
         -> a snippet              what stands in the page in the block's place

Pictures that were rendered before and are only shown there: see `pictures`.
"""
