-- Ends sessions of one partition whose epoch is the stored one.
-- KEYS: 1 index of the partition, 2… the user's record of each. ARGV: 1 front of the keys of room indexes, 2 ms for which a revocation is kept,
--   then two per session: app:user, epoch.
-- Returns {1 or 0, …}.
local ended = {}
for i = 2, #KEYS do
  local user, epoch = ARGV[i * 2 - 1], ARGV[i * 2]
  ended[i - 1] = 0
  local flat = redis.call('HGETALL', KEYS[i])
  for f = 1, #flat, 2 do
    local stored, incarnation = string.match(flat[f + 1], '^%d+\n(%d+)\n(%x+)\n')
    if stored == epoch then
      local member = user .. ':' .. flat[f]
      redis.call('HDEL', KEYS[i], flat[f])
      redis.call('ZREM', KEYS[1], member)
      redis.call('ZREM', ARGV[1] .. incarnation, member)
      ended[i - 1] = 1
    end
  end

  -- What is left of a user without sessions, a revocation, ends by itself.
  if ended[i - 1] == 1 and redis.call('HLEN', KEYS[i]) == 1 and redis.call('HEXISTS', KEYS[i], 'r') == 1 then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end

return ended
