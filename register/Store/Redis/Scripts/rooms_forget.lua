-- Takes a room off the list of the dead, unless it died a short while ago.
-- KEYS: 1 dead, 2 who holds which. ARGV: 1 incarnation, 2 how long ago it must have died, µs.
-- Returns 1, or 0: too early.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local died = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
if died > now - ARGV[2] and died <= now then
  return 0
end

redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
