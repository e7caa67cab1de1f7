-- ARGV after the front's: 2 user ('' = those of an app), 3 position of its last letter; 4 the first user, 5 the end of the app's users; 6 at most so many.
-- Returns 1 = there are more; for each: user, position, its entry (position, content, when it expires, kind), reader, code, attempts.
local limit = tonumber(ARGV[6])
local result = { 0 }

-- Returns whether there is room for more.
local function add(member, after)
  local letters = redis.call('XRANGE', tag .. 'dead:' .. member, '(' .. after, '+', 'COUNT', limit + 1)
  for _, letter in ipairs(letters) do
    local f = letter[2]
    if limit == 0 or bytes_left <= 0 then
      result[1] = 1
      return false
    end

    limit, bytes_left = limit - 1, bytes_left - #f[2]
    result[#result + 1] = { member, letter[1], f[8], f[2], f[4], f[6], f[10], f[12], f[14] }
  end

  return true
end

if ARGV[2] ~= '' then
  add(ARGV[2], ARGV[3])
  return result
end

local from, after = ARGV[4], ARGV[3]
while true do
  local members = redis.call('ZRANGEBYLEX', tag .. 'dead', from, ARGV[5], 'LIMIT', 0, 100)
  for _, member in ipairs(members) do
    local is_first = from == '[' .. member
    if not add(member, is_first and after or '0-0') then
      return result
    end

    if not is_first and redis.call('EXISTS', tag .. 'dead:' .. member) == 0 then
      redis.call('ZREM', tag .. 'dead', member)
    end
  end

  if #members < 100 then
    return result
  end

  from = '(' .. members[100]
end
