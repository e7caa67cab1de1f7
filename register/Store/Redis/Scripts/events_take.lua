-- Takes the hold of a partition's outbox, or goes on with it, and reads the oldest events; an empty outbox ends the hold.
-- KEYS: 1 events, 2 hold. ARGV: 1 owner, 2 hold in µs, 3 most events.
-- Returns {0}: empty; {1}: somebody else holds; {2, fence, {event, change, …}}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local fence, until_time, owner = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (%d+) (.*)$')
if owner and owner ~= ARGV[1] and now < tonumber(until_time) then
  return {1}
end

local events = redis.call('ZRANGE', KEYS[1], 0, ARGV[3] - 1, 'WITHSCORES')
if #events == 0 then
  redis.call('DEL', KEYS[2])
  return {0}
end

if owner ~= ARGV[1] then
  fence = string.format('%.0f', math.max(tonumber(fence or '0') + 1, now))
end

-- It outlives its end: until somebody else takes it, what was published may still be removed.
redis.call('SET', KEYS[2], fence .. ' ' .. string.format('%.0f', now + ARGV[2]) .. ' ' .. ARGV[1], 'PX', string.format('%.0f', math.max(1000, ARGV[2] / 100)))
return {2, fence, events}
