-- Stores an app under a new revision, unless it is stored exactly so.
-- KEYS: 1 apps, 2 revision of all. ARGV: 1 name, 2 body, 3 the revision that must be stored ('' = any, 0 = none), 4 most apps.
-- Returns {state, revision of the app}; state 0 stored, 1 conflict, 2 full.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local revision, body = '0', ''
if stored then
  revision, body = string.match(stored, '^(%d+)\n(.*)$')
end

if ARGV[3] ~= '' and ARGV[3] ~= revision then
  return {1, revision}
end

if not stored and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return {2, revision}
end

if stored and body == ARGV[2] then
  return {0, revision}
end

local time = redis.call('TIME')
revision = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, time[1] * 1000000 + time[2]))
redis.call('HSET', KEYS[1], ARGV[1], revision .. '\n' .. ARGV[2])
redis.call('SET', KEYS[2], revision)
return {0, revision}
