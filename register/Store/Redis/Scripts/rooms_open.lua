-- Grants a lease on a new incarnation.
-- KEYS: 1 leases, 2 expiry, 3 highest, 4 refill. ARGV: 1 description, 2 lease in µs.
-- Returns {incarnation in decimal, refill}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local number = refill(KEYS[4], now, '', '0')
local incarnation = math.max(tonumber(redis.call('GET', KEYS[3]) or '0') + 1, now)
local name = string.format('%016x', incarnation)
redis.call('SET', KEYS[3], string.format('%.0f', incarnation))
redis.call('HSET', KEYS[1], name, ARGV[1])
redis.call('ZADD', KEYS[2], now + ARGV[2], name)
return {string.format('%.0f', incarnation), number}
