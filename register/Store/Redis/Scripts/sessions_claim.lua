-- Claims sessions of one partition, in their order.
-- KEYS: 5… the user's record of each claim. ARGV: 5 µs for which a revocation asks for another look at the token, 6 most sessions of a user,
--   7 ms for which an ended session may be resumed, then fourteen per claim: 1 per device (0 or 1), 2 field, 3 app:user,
--   4 held epoch ('' = a new one), 5 epoch to resume ('' = none), 6 the token fits (0 or 1), 7 revocation that was known when the token was read,
--   8 incarnation, 9 session, 10 device as named, 11 the field of that device, 12 state, 13 the rest of the record,
--   14 µs when the token that fits was signed ('' = it is stored).
-- Returns {{state, epoch, {field, record, …} displaced, resumed (0 or 1)}, …}, {displaced sessions, oldest first};
--   state 1 claimed, 2 overtaken, 3 recheck, 4 not resumed and the token doesn't fit.
local FIRST, EACH = 8, 14

-- What ended sessions say: the lowest epoch that may come back, and whether `resume` may.
local function look_back(user, field, device_field, resume)
  local floor, may_resume = 0, false
  local records = redis.call('HMGET', ARGV[2] .. user, '*', field, device_field)
  for i = 1, 3 do
    if records[i] then
      local lines = lines_of(records[i])
      floor = math.max(floor, tonumber(lines[2]))
      may_resume = may_resume or (tonumber(lines[3]) == resume and lines[2] == lines[3] and tonumber(lines[4]) > now_ms - ARGV[7])
    end
  end

  return floor, may_resume, records
end

local function seen_before(records, epoch)
  for i = 2, 3 do
    local lines = records[i] and lines_of(records[i]) or {}
    if tonumber(lines[3]) == epoch then
      return tonumber(lines[5])
    end
  end

  return now_ms
end

-- Appends what the claim changed, against the same session as it was stored before (nil: it wasn't).
local function append_claim(user, s, before)
  local is_away = s.lines[STATE] == '1'
  local seen_ms = tonumber(s.lines[SEEN])
  if before and before.incarnation == s.incarnation then
    s.lines[CHANGE] = before.lines[CHANGE]
    if before.lines[STATE] ~= s.lines[STATE] then
      append(is_away and AWAY or BACK, user, s, '0', seen_ms)
    end
  else
    append(ONLINE, user, s, '0', seen_ms)
    if is_away then
      append(AWAY, user, s, '0', seen_ms)
    end
  end
end

local function claim(key, a)
  local per_device, field, user, held, resume = ARGV[a] == '1', ARGV[a + 1], ARGV[a + 2], tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4])
  local has_token, seen_revocation, incarnation, session = ARGV[a + 5] == '1', tonumber(ARGV[a + 6]), ARGV[a + 7], ARGV[a + 8]
  local device, device_field, state, rest, signed_at = ARGV[a + 9], ARGV[a + 10], ARGV[a + 11], ARGV[a + 12], tonumber(ARGV[a + 13])
  local stored, revoked = read(key)
  local floor, may_resume, ended = look_back(user, field, device_field, resume)

  -- Replaced: its own field, and what another policy of the app left behind.
  local highest, latest, kept, replaced = math.max(revoked, floor - 1), 0, {}, {}
  for _, other in ipairs(stored) do
    highest = math.max(highest, other.epoch)
    if not per_device or other.field == field or (other.field == 's' and other.device == device) then
      latest = math.max(latest, other.epoch)
      replaced[#replaced + 1] = other
    else
      kept[#kept + 1] = other
    end
  end

  local resumed = false
  if held then
    if revoked >= held or floor > held or latest > held then
      return { 2, '0', {}, 0 }
    end
  else
    resumed = resume and resume > revoked and resume >= floor and (latest == resume or (latest < resume and may_resume))
    if not resumed and (not has_token or (signed_at and signed_at <= revoked)) then
      return { 4, '0', {}, 0 }
    elseif not resumed and not signed_at and revoked ~= seen_revocation and revoked > now - ARGV[5] then
      return { 3, text(revoked), {}, 0 }
    end
  end

  local epoch = held or math.max(highest + 1, now)
  if #kept + 1 > tonumber(ARGV[6]) then
    table.sort(kept, function(one, other) return one.epoch < other.epoch end)
    for i = 1, #kept + 1 - ARGV[6] do
      replaced[#replaced + 1] = kept[i]
    end
  end

  local displaced, before = {}, nil
  for _, other in ipairs(replaced) do
    -- The same login claimed again displaces nobody.
    local is_same = other.epoch == epoch or (other.incarnation == incarnation and other.session == session)
    remove(key, user, other)
    if not is_same then
      displaced[#displaced + 1] = other.field
      displaced[#displaced + 1] = other.record
      tell(other, '')
    end

    if not is_same or other.field ~= field then
      append(OFFLINE, user, other, '4000', seen(other))
    end

    if other.field ~= field then
      keep_ended(user, other, epoch, '4000', seen(other))
    elseif other.epoch == epoch then
      before = other
    end
  end

  local s = parse(field, table.concat({ '1', text(epoch), incarnation, session, device, rest, state }, '\n'))
  s.lines[SINCE] = before and before.lines[STATE] == state and before.lines[SINCE] or text(now_ms)
  s.lines[SEEN] = before and before.lines[SEEN] or text(held and seen_before(ended, held) or now_ms)
  append_claim(user, s, before)
  write(key, user, s)
  if revoked > 0 then
    redis.call('PERSIST', key)
    if revoked < now - ARGV[4] * 1000 then
      redis.call('HDEL', key, 'r')
    end
  end

  return { 1, text(epoch), displaced, resumed and 1 or 0 }
end

local outcomes = {}
for i = 5, #KEYS do
  outcomes[i - 4] = claim(KEYS[i], FIRST + (i - 5) * EACH)
end

finish()
return { outcomes, to_tell() }
