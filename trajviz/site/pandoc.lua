-- Races in pages of pandoc and Quarto. A block is a fence of the class trajviz, its body a recipe:
--
--     ```{.trajviz race="beale sgd adam"}
--     steps = 100
--     ```
--
-- A plain fence, ```trajviz beale sgd adam, is one too: what pandoc makes of it is found again in
-- the page's file, in which its words and lines still stand.
--
-- `trajviz site -` renders it; formats of HTML get the player, all others the still. Metadata:
-- trajviz-media (the folder of media, trajviz), trajviz-trust (whether Python that blocks name may
-- be run). The environment variable TRAJVIZ says what to run instead of `trajviz`.

local media, trust = "trajviz", false

local function input_file()
  if quarto and quarto.doc and quarto.doc.input_file then
    return quarto.doc.input_file
  end
  return PANDOC_STATE.input_files[1] or "-"
end

-- Return a text with one blank for each row of blanks and line ends, as pandoc has inline code.
local function squeezed(text)
  return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- Return the lines of the page's file, none where it comes from elsewhere.
local function lines_of_page()
  local file, lines = io.open(input_file()), {}
  if file then
    for text in file:lines() do table.insert(lines, text) end
    file:close()
  end
  return lines
end

-- Return what stands in a fence, and the number of its last line.
local function inside(lines, first, opening, marks)
  local body = {}
  for number = first + 1, #lines do
    local closing = lines[number]:match("^[%s>]*([`~]+)%s*$")
    if closing and closing:sub(1, 1) == marks:sub(1, 1) and #closing >= #marks then
      return body, number
    end
    local indent = lines[number]:match("^[%s>]*"):sub(1, #opening)
    table.insert(body, lines[number]:sub(#indent + 1))
  end
  return body, #lines
end

-- Return our fences in the page's file, in order; what stands in another fence is only shown.
local function find_fences()
  local lines, fences, number = lines_of_page(), {}, 0
  while number < #lines do
    number = number + 1
    local opening, marks, info = lines[number]:match("^([%s>%-*+%d.)]*)([`~][`~][`~]+)(.*)$")
    if marks and not info:find("`", 1, true) then
      local body, last = inside(lines, number, opening, marks)
      local name, words = (info .. " "):match("^%s*{?%s*(%.?trajviz)%s+(.-)%s*$")
      if name then
        local plain = name == "trajviz" and words or ""
        local text = table.concat(body, "\n")
        table.insert(fences, { line = number, words = plain, body = text, marks = marks })
      end
      number = last
    end
  end
  return fences
end

local fences

-- Return the first fence of the page's file of which something holds, and that was not yet asked for.
local function take_fence(holds)
  fences = fences or find_fences()
  for _, fence in ipairs(fences) do
    if not fence.taken and holds(fence) then
      fence.taken = true
      return fence
    end
  end
end

-- Return a fence that is longer than any in the body.
local function fence_around(body)
  local fence = "```"
  while body:find(fence, 1, true) do fence = fence .. "`" end
  return fence
end

local function rendered(words, body, line)
  local fence = fence_around(body)
  local above = string.rep("\n", line - 1) -- so that messages name the page's line
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

-- Return the blocks that show a race in this format.
local function shown(words, body, line)
  local text = rendered(words, body, line)
  local wanted = FORMAT:match("html") or FORMAT:match("revealjs") or FORMAT:match("slidy")
  for _, division in ipairs(pandoc.read(text, "markdown").blocks) do
    local html = division.attributes and division.attributes["when-format"] == "html"
    if (wanted and html) or not (wanted or html) then
      return with_alt(division.content)
    end
  end
  error("no still of a block of " .. input_file())
end

function CodeBlock(block)
  if not block.classes:includes("trajviz") then return nil end
  local text = squeezed(block.text)
  local fence = take_fence(function(one) return squeezed(one.body) == text end)
  local words = block.attributes["race"] or (fence and fence.words) or ""
  return shown(words, block.text, fence and fence.line or 1)
end

-- Render a plain fence, of which pandoc has made inline code that stands alone.
local function of_code(text)
  local fence = take_fence(function(one)
    return squeezed("trajviz " .. one.words .. " " .. one.body) == squeezed(text)
  end)
  if fence then return shown(fence.words, fence.body, fence.line) end
  if #lines_of_page() == 0 and text:match("^trajviz ") then
    io.stderr:write("trajviz: `" .. text .. "` is left as it is: a block of a page that is no file "
      .. 'begins with ```{.trajviz race="SURFACE OPTIMIZER ..."}\n')
  end
end

-- Return whether a paragraph begins as a fence of ours that pandoc has read as text.
local function is_text_of_fence(paragraph)
  local first, second = paragraph.content[1], paragraph.content[2]
  if first.t == "Subscript" and second and second.t == "Str" then
    return second.text:match("^~+trajviz")
  end
  return first.t == "Str" and first.text:match("^[`~][`~][`~]+trajviz")
end

function Para(paragraph)
  local first = paragraph.content[1]
  if first and first.t == "Code" and #paragraph.content == 1 then return of_code(first.text) end
  if not first or not is_text_of_fence(paragraph) then return nil end
  local fence = take_fence(function(one)
    return one.marks:match("~") or one.body:match("^%s*\n") or one.body:match("\n%s*\n")
  end)
  local words = fence and fence.words or "SURFACE OPTIMIZER ..."
  io.stderr:write("Error: " .. input_file() .. ", line " .. (fence and fence.line or 1)
    .. ": pandoc reads this block as text, for its tildes or its empty lines: begin it with "
    .. '```{.trajviz race="' .. words .. '"}\n')
  error("trajviz found a block of " .. input_file() .. " that pandoc reads as text")
end

Plain = Para

return { { Meta = Meta }, { CodeBlock = CodeBlock, Para = Para, Plain = Plain } }
