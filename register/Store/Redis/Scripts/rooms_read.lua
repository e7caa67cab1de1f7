-- Declares expired leases dead, if it may, and returns the others.
-- KEYS: 1 leases, 2 expiry, 3 load, 4 dead, 5 highest, 6 refill.
-- ARGV: 1 store time up to which to judge, 2 at which refill, 3 front of the keys of sessions to close, 4 other masters, 5 store time of that.
-- Returns {store time, highest, {incarnation, description, …}, {incarnation, load, …}, refill, since when}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local number, since = refill(KEYS[6], now, ARGV[4], ARGV[5])
if now <= tonumber(ARGV[1]) and number == ARGV[2] then
  for _, incarnation in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', now))) do
    redis.call('HDEL', KEYS[1], incarnation)
    redis.call('ZREM', KEYS[2], incarnation)
    redis.call('HDEL', KEYS[3], incarnation)
    redis.call('DEL', ARGV[3] .. incarnation)
    redis.call('ZADD', KEYS[4], now, incarnation)
  end
end

return {
  string.format('%.0f', now), redis.call('GET', KEYS[5]) or '0', redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[3]),
  number, string.format('%.0f', since)}
