-- ARGV after the front's: 2 most messages of a page, 3 most bytes; for each: 4 channel, 5 position.
-- Returns how many were done, and the page of each.
local results = {}
for i = 4, #ARGV, 2 do
  if is_spent() and #results > 0 then
    break
  end

  results[#results + 1] = page(read_log(ARGV[i]), ARGV[i + 1], tonumber(ARGV[2]), tonumber(ARGV[3]))
end

return { #results, results }
