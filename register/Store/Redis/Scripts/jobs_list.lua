-- Reads a page of the jobs of an app, newest first. Further ARGV: 3 app, 4 where to begin, as ZREVRANGEBYLEX takes it, 5 limit, 6 most bytes.
-- Returns {1 if there are more, id, {field, value, …}, …}.
local ids = redis.call('ZREVRANGEBYLEX', front .. 'app:' .. ARGV[3], ARGV[4], '-', 'LIMIT', 0, ARGV[5] + 1)
local page, bytes = {#ids > tonumber(ARGV[5]) and 1 or 0}, 0
for i = 1, math.min(#ids, ARGV[5]) do
  bytes = bytes + redis.call('HSTRLEN', record(ids[i]), 'spec') + redis.call('HSTRLEN', record(ids[i]), 'progress')
  if i > 1 and bytes > tonumber(ARGV[6]) then
    page[1] = 1
    break
  end

  page[#page + 1] = ids[i]
  page[#page + 1] = redis.call('HGETALL', record(ids[i]))
end

return page
