-- Removes entries before a border, unless that would harm a consumer group or the stream is not the one that was looked at.
-- KEYS[1] the stream
-- ARGV[1] the border: entries before it may go
-- ARGV[2] the oldest entry when it was looked at; ARGV[3] the last id ever given then
-- ARGV[4] 'force' takes what groups still have to get
-- ARGV[5] how many entries there must be for what goes to be no more than wanted
-- ARGV[6] '~' whole nodes only, '=' exactly, 'ids' those of ARGV[7] and on
-- Answers {'removed', n} or {why not, about}.
if redis.replicate_commands then redis.replicate_commands() end

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return ms, seq
end

-- Numbers of Lua cannot hold 64 bits: of two the longer one is greater.
local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function before(a, b)
  local a_ms, a_seq = parts(a)
  local b_ms, b_seq = parts(b)
  if a_ms ~= b_ms then return less(a_ms, b_ms) end
  return less(a_seq, b_seq)
end

local function named(flat)
  local fields = {}
  for at = 1, #flat, 2 do fields[flat[at]] = flat[at + 1] end
  return fields
end

local key, border = KEYS[1], ARGV[1]
local oldest = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
if not oldest then return {'removed', 0} end
local first = oldest[1]
local last = named(redis.call('XINFO', 'STREAM', key))['last-generated-id']
if before(first, ARGV[2]) or before(last, ARGV[3]) then return {'changed', first} end
if not before(first, border) then return {'removed', 0} end
if redis.call('XLEN', key) < tonumber(ARGV[5]) then return {'fewer', ''} end

if ARGV[4] ~= 'force' then
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local group = named(flat)
    if tonumber(group['pending']) > 0 then
      local pending = redis.call('XPENDING', key, group['name'], first, '+', 1)[1]
      if pending and before(pending[1], border) then return {'held', group['name']} end
    end
    local delivered = group['last-delivered-id']
    if before(delivered, border) then
      for _, entry in ipairs(redis.call('XRANGE', key, delivered, border, 'COUNT', 2)) do
        if entry[1] ~= delivered and before(entry[1], border) then return {'held', group['name']} end
      end
    end
  end
end

if ARGV[6] == 'ids' then
  local ids = {}
  for at = 7, #ARGV do
    if before(ARGV[at], border) then ids[#ids + 1] = ARGV[at] end
  end
  if #ids == 0 then return {'removed', 0} end
  return {'removed', redis.call('XDEL', key, unpack(ids))}
end
local removed = redis.pcall('XTRIM', key, 'MINID', ARGV[6], border)
if type(removed) == 'table' and removed.err then
  if string.find(removed.err, 'syntax') then return {'old', ''} end
  return removed
end
return {'removed', removed}
