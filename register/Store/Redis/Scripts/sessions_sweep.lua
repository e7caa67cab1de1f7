-- Ends sessions of a dead room in one partition.
-- KEYS: 1 index of the partition, 2 index of the room in it. ARGV: 1 incarnation, 2 limit, 3 front of the keys of users' records,
--   4 ms for which a revocation is kept.
-- Returns how many entries are gone.
local members = redis.call('ZRANGEBYLEX', KEYS[2], '-', '+', 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  local user, field = string.match(member, '^(.*):([^:]*)$')
  local key = ARGV[3] .. user
  local _, incarnation = string.match(redis.call('HGET', key, field) or '', '^%d+\n(%d+)\n(%x+)\n')
  if incarnation == ARGV[1] then
    redis.call('HDEL', key, field)
    redis.call('ZREM', KEYS[1], member)
    if redis.call('HLEN', key) == 1 and redis.call('HEXISTS', key, 'r') == 1 then
      redis.call('PEXPIRE', key, ARGV[4])
    end
  end

  redis.call('ZREM', KEYS[2], member)
end

return #members
