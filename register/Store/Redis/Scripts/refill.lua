-- Which data the store has: raises the number when the servers are others than those stored, or nothing is stored.
-- others: what identifies the masters beside this one ('' = none, or not known), as read after the store time others_at.
-- Stored as lines: number, since when (µs), this server, the others. Returns the number as text, since when.
local function refill(key, now, others, others_at)
  local number, since, here, there = string.match(redis.call('GET', key) or '', '^(%d+)\n(%d+)\n([^\n]*)\n([^\n]*)')
  since = tonumber(since or '0')

  -- Who may not call INFO sees only that the data is gone.
  local server, replication = redis.pcall('INFO', 'server'), redis.pcall('INFO', 'replication')
  local me = here or ''
  if type(server) == 'string' and type(replication) == 'string' then
    me = (string.match(server, 'run_id:(%x+)') or '') .. ':' .. (string.match(replication, 'master_replid:(%x+)') or '')
  end

  -- What was read before the latest change says nothing about it (unless the clock has gone back since).
  local known = there or ''
  if others ~= '' and (tonumber(others_at) > since or since > now) then
    known = others
  end

  if number and me == here and known == there then
    return number, since
  end

  -- Others that nobody knew before are no change.
  if not number or me ~= here or there ~= '' then
    number = string.format('%.0f', math.max(tonumber(number or '0') + 1, now))
    since = now
  end

  redis.call('SET', key, table.concat({number, string.format('%.0f', since), me, known}, '\n'))
  return number, since
end

