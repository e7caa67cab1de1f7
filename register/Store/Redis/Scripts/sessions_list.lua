-- Reads a page of an index.
-- KEYS: 1 index. ARGV: 1 from, 2 to (as ZRANGEBYLEX takes them), 3 limit, 4 front of the keys of users' records.
-- Returns {member, record, …}.
local page = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local user, field = string.match(member, '^(.*):([^:]*)$')
  page[#page + 1] = member
  page[#page + 1] = redis.call('HGET', ARGV[4] .. user, field) or ''
end

return page
