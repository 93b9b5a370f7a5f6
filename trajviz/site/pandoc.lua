-- Races in pages of pandoc and Quarto. A block is a fence of the class trajviz, its body a recipe:
--
--     ```{.trajviz race="beale sgd adam"}
--     steps = 100
--     ```
--
-- `trajviz site -` renders it; formats of HTML get the player, all others the still. Metadata:
-- trajviz-media (the folder of media, trajviz), trajviz-trust (whether Python that blocks name may
-- be run). The environment variable TRAJVIZ says what to run instead of `trajviz`.

local media, trust = "trajviz", false
local count = 0

local function input_file()
  if quarto and quarto.doc and quarto.doc.input_file then
    return quarto.doc.input_file
  end
  return PANDOC_STATE.input_files[1] or "-"
end

-- Return in which line the page's block of this number begins; pandoc does not tell.
local function line_of(number)
  local file = io.open(input_file())
  local line, seen = 0, 0
  for text in file and file:lines() or pairs({}) do
    line = line + 1
    if text:match("^[%s>]*[`~][`~][`~]+%s*{?%.?trajviz") then
      seen = seen + 1
      if seen == number then
        file:close()
        return line
      end
    end
  end
  if file then file:close() end
  return 1
end

-- Return a fence that is longer than any in the body.
local function fence_around(body)
  local fence = "```"
  while body:find(fence, 1, true) do fence = fence .. "`" end
  return fence
end

local function rendered(words, body)
  local fence = fence_around(body)
  local above = string.rep("\n", line_of(count) - 1) -- so that messages name the page's line
  local block = above .. fence .. "trajviz " .. words .. "\n" .. body .. "\n" .. fence .. "\n"
  local args = { "site", "-", "--as", "quarto", "--media", media, "--page", input_file() }
  if trust then table.insert(args, "--trust") end
  local fine, result = pcall(pandoc.pipe, os.getenv("TRAJVIZ") or "trajviz", args, block)
  if not fine then
    error("trajviz could not render a block of " .. input_file())
  end
  return result
end

-- Without Quarto, alt text is what stands in an image's brackets.
local function with_alt(blocks)
  return blocks:walk({
    Image = function(image)
      if not quarto and image.attributes["fig-alt"] then
        image.caption = pandoc.Inlines(pandoc.Str(image.attributes["fig-alt"]))
        image.attributes["fig-alt"] = nil
      end
      return image
    end,
  })
end

function Meta(meta)
  if meta["trajviz-media"] then media = pandoc.utils.stringify(meta["trajviz-media"]) end
  trust = meta["trajviz-trust"] == true
end

function CodeBlock(block)
  if not block.classes:includes("trajviz") then return nil end
  count = count + 1
  local text = rendered(block.attributes["race"] or "", block.text)
  local wanted = FORMAT:match("html") or FORMAT:match("revealjs") or FORMAT:match("slidy")
  for _, division in ipairs(pandoc.read(text, "markdown").blocks) do
    local html = division.attributes and division.attributes["when-format"] == "html"
    if (wanted and html) or not (wanted or html) then
      return with_alt(division.content)
    end
  end
  error("no still of a block of " .. input_file())
end

return { { Meta = Meta }, { CodeBlock = CodeBlock } }
