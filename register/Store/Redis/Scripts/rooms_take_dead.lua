-- Holds a dead room whose sessions are to be swept, so that sweepers don't all sweep the same one.
-- KEYS: 1 dead, 2 who holds which. ARGV: 1 sweeper, 2 hold in µs, 3 incarnation to go on holding ('' = the longest dead that nobody holds).
-- Returns the incarnation, or '' if there is none, or not that one.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function hold(incarnation)
  redis.call('HSET', KEYS[2], incarnation, string.format('%.0f', now + ARGV[2]) .. ' ' .. ARGV[1])
  return incarnation
end

local function holder(incarnation)
  local ends, sweeper = string.match(redis.call('HGET', KEYS[2], incarnation) or '', '^(%d+) (.*)$')
  return sweeper, tonumber(ends or '0')
end

if ARGV[3] ~= '' then
  return redis.call('ZSCORE', KEYS[1], ARGV[3]) and holder(ARGV[3]) == ARGV[1] and hold(ARGV[3]) or ''
end

-- A hold of more than an hour is one from before the clock went back.
for _, incarnation in ipairs(redis.call('ZRANGE', KEYS[1], 0, 999)) do
  local _, ends = holder(incarnation)
  if ends <= now or ends > now + 3600000000 then
    return hold(incarnation)
  end
end

return ''
