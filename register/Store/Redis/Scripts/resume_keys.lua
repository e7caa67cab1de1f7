-- Reads the keys of resume tickets; makes one if the newest is too old or there is none, and drops those that are too old to verify.
-- KEYS: 1 keys. ARGV: 1 candidate (hex), 2 µs after which a key is followed by another, 3 µs for which it is kept.
-- Returns {store time, id, made at, secret, …} in no order.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local made, secrets, newest = {}, {}, 0
local flat = redis.call('HGETALL', KEYS[1])
for i = 1, #flat, 2 do
  local id = tonumber(flat[i])
  local at, secret = string.match(flat[i + 1], '^(%d+) (%x+)$')
  if id and at then
    made[id], secrets[id] = tonumber(at), secret
    newest = math.max(newest, id)
  end
end

if newest == 0 or math.abs(now - made[newest]) >= tonumber(ARGV[2]) then
  newest = math.max(newest + 1, tonumber(time[1]))
  made[newest], secrets[newest] = now, ARGV[1]
  redis.call('HSET', KEYS[1], string.format('%.0f', newest), string.format('%.0f', now) .. ' ' .. ARGV[1])
end

local keys = {string.format('%.0f', now)}
for id, at in pairs(made) do
  local name = string.format('%.0f', id)
  if id ~= newest and now - at > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], name)
  else
    keys[#keys + 1] = name
    keys[#keys + 1] = string.format('%.0f', at)
    keys[#keys + 1] = secrets[id]
  end
end

return keys
