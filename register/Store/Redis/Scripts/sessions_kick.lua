-- Ends sessions of one partition whoever holds them, and bars their epochs from coming back, also where none is stored.
-- KEYS: 5… the user's record of each target. ARGV: then five per target: app:user, of one device (0 or 1), device as named, the field of that
--   device, epoch ('0' = any).
-- Returns {{field, record, …} ended, …}, {displaced sessions, oldest first}.
local function kick(key, a)
  local user, of_device, device, device_field, epoch = ARGV[a], ARGV[a + 1] == '1', ARGV[a + 2], ARGV[a + 3], tonumber(ARGV[a + 4])
  local ended = {}
  local stored, revoked = read(key)
  local highest = math.max(revoked, highest_ended(user))
  for _, s in ipairs(stored) do
    highest = math.max(highest, s.epoch)
    if (not of_device or s.device == device) and (epoch == 0 or s.epoch == epoch) then
      remove(key, user, s)
      tell(s, ':4001')
      keep_ended(user, s, s.epoch + 1, '4001', seen(s))
      append(OFFLINE, user, s, '4001', seen(s))
      ended[#ended + 1] = s.field
      ended[#ended + 1] = s.record
    end
  end

  leave(key)
  if epoch == 0 then
    raise(user, of_device and device_field or '*', math.max(highest + 1, now))
    return ended
  end

  local flat = redis.call('HGETALL', ARGV[2] .. user)
  for i = 1, #flat, 2 do
    local lines = lines_of(flat[i + 1])
    if tonumber(lines[3]) == epoch and (not of_device or lines[7] == device) then
      raise(user, flat[i], epoch + 1)
    end
  end

  return ended
end

local outcomes = {}
for i = 5, #KEYS do
  outcomes[i - 4] = kick(KEYS[i], 5 + (i - 5) * 5)
end

finish()
return { outcomes, to_tell() }
