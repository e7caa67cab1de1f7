-- Ends all sessions of a user, and bars their epochs from coming back.
-- KEYS: 5 the user's record. ARGV: 5 app:user.
-- Returns {field, record, …}, {displaced sessions, oldest first}.
local ended = {}
local stored, revoked = read(KEYS[5])
revoked = math.max(revoked + 1, now, highest_ended(ARGV[5]))
for _, s in ipairs(stored) do
  revoked = math.max(revoked, s.epoch)
  remove(KEYS[5], ARGV[5], s)
  tell(s, ':4002')
  keep_ended(ARGV[5], s, s.epoch + 1, '4002', seen(s))
  append(OFFLINE, ARGV[5], s, '4002', seen(s))
  ended[#ended + 1] = s.field
  ended[#ended + 1] = s.record
end

redis.call('DEL', KEYS[5])
redis.call('HSET', KEYS[5], 'r', text(revoked))
redis.call('PEXPIRE', KEYS[5], ARGV[4])
finish()
return { ended, to_tell() }
