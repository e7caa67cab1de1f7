-- Ends sessions of a dead room in one partition.
-- KEYS: 5 index of the room in it. ARGV: 5 incarnation, 6 limit, 7 front of the keys of users' records.
-- Returns how many entries are gone.
local members = redis.call('ZRANGEBYLEX', KEYS[5], '-', '+', 'LIMIT', 0, ARGV[6])
for _, member in ipairs(members) do
  local user, field = string.match(member, '^(.*):([^:]*)$')
  local key = ARGV[7] .. user
  local s = parse(field, redis.call('HGET', key, field) or '')
  if s and s.incarnation == ARGV[5] then
    remove(key, user, s)
    leave(key)
    keep_ended(user, s, s.epoch, '3004', seen(s))
    append(OFFLINE, user, s, '3004', seen(s))
  end

  redis.call('ZREM', KEYS[5], member)
end

finish()
return #members
