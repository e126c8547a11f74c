-- Counts entries into the read model and acknowledges them, each counted once however often it comes.
--
-- KEYS: stream, metrics (hash), counted (sorted set), sessions (HyperLogLog).
-- ARGV: group, now in ms, the most kinds with a field of their own, then a row of 10 for each entry: id, kind, three times '1' or ''
-- (an error, starts a session, ends one), latency in whole µs and its bucket or '', tokens or '', time in ms, session or ''.
--
-- Every id below `settled` was counted or acknowledged. Ids are compared as 40 digits and one more: '0' for the id itself, '1' for
-- all that come after it. They are made from text, because Lua's numbers would round them.
local stream, metrics, counted, sessions = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, now, most_kinds = ARGV[1], ARGV[2], tonumber(ARGV[3])
local ROW, FIRST, LIMIT = 10, 4, 9e18

local function digits(id)
    local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
    return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end

-- All that can go wrong goes wrong before the first write.
for key, kind in pairs({[metrics] = 'hash', [counted] = 'zset', [sessions] = 'string'}) do
    local found = redis.call('TYPE', key)['ok']
    if found ~= 'none' and found ~= kind then
        return {-1, key}
    end
end
redis.call('XPENDING', stream, group)
local settled = redis.call('HGET', metrics, 'settled') or ''
local has_counted = redis.call('ZCARD', counted) > 0
local kinds = tonumber(redis.call('HGET', metrics, 'types') or '0') or 0

local add, new_kinds, ids, fresh, starters = {}, {}, {}, {}, {}
local first, last, through = nil, nil, nil
local function increase(field, by)
    add[field] = (add[field] or 0) + by
end
local function field_of(kind)
    local field = 'type:' .. kind
    if add[field] or new_kinds[field] or redis.call('HEXISTS', metrics, field) == 1 then
        return field
    end
    if kinds >= most_kinds then
        return 'type:(other)'
    end
    kinds = kinds + 1
    new_kinds[field] = true
    return field
end
local seen = {}
for at = FIRST, #ARGV, ROW do
    local id = ARGV[at]
    local order = digits(id) .. '0'
    ids[#ids + 1] = id
    local known = order < settled or seen[order] or (has_counted and redis.call('ZSCORE', counted, order))
    if not known then
        seen[order] = true
        fresh[#fresh + 1] = order
        increase('total_events', 1)
        increase(field_of(ARGV[at + 1]), 1)
        if ARGV[at + 2] == '1' then increase('errors', 1) end
        if ARGV[at + 3] == '1' then increase('sessions_started', 1) end
        if ARGV[at + 4] == '1' then increase('sessions_ended', 1) end
        if ARGV[at + 5] ~= '' then
            increase('latency_count', 1)
            increase('latency_sum_us', tonumber(ARGV[at + 5]))
            increase('latency_ms:' .. ARGV[at + 6], 1)
        end
        if ARGV[at + 7] ~= '' then increase('tokens', tonumber(ARGV[at + 7])) end
        local time = tonumber(ARGV[at + 8])
        if not first or time < first then first = time end
        if not last or time > last then last = time end
        if ARGV[at + 9] ~= '' then starters[#starters + 1] = ARGV[at + 9] end
        if not through or order > digits(through) .. '0' then through = id end
    end
end
local before = {}
for field in pairs(add) do
    local value = redis.call('HGET', metrics, field) or '0'
    if not string.match(value, '^%-?%d+$') then
        return {-2, field}
    end
    before[field] = tonumber(value)
end
if #starters > 0 then
    local added = redis.pcall('PFADD', sessions, unpack(starters))
    if type(added) == 'table' and added.err then
        if string.find(added.err, 'WRONGTYPE', 1, true) then
            return {-1, sessions}
        end
        return added
    end
end

for field, by in pairs(add) do
    -- At the end of what the field can hold it stays where it is.
    if by > 0 and before[field] + by < LIMIT then
        redis.call('HINCRBY', metrics, field, string.format('%.0f', by))
    end
end
if #fresh > 0 then
    local told = redis.call('HMGET', metrics, 'first_event_ms', 'last_event_ms', 'through', 'total_events', 'errors',
        'latency_count', 'latency_sum_us')
    local old_first, old_last = tonumber(told[1] or ''), tonumber(told[2] or '')
    if not old_first or first < old_first then
        redis.call('HSET', metrics, 'first_event_ms', string.format('%.0f', first))
    end
    if not old_last or last > old_last then
        redis.call('HSET', metrics, 'last_event_ms', string.format('%.0f', last))
    end
    if not told[3] or digits(through) > digits(told[3]) then
        redis.call('HSET', metrics, 'through', through)
    end
    local total, errors = tonumber(told[4]), tonumber(told[5] or '0')
    redis.call('HSET', metrics, 'error_rate', string.format('%.6f', errors / total))
    if told[6] and tonumber(told[6]) > 0 then
        local average = tonumber(told[7] or '0') / tonumber(told[6]) / 1000
        redis.call('HSET', metrics, 'average_latency_ms', string.format('%.3f', average))
    end
    if #starters > 0 then
        redis.call('HSET', metrics, 'sessions', redis.call('PFCOUNT', sessions))
    end
    redis.call('HSET', metrics, 'types', kinds)
    redis.call('HSET', metrics, 'updated_at_ms', now)
end

local acknowledged = redis.call('XACK', stream, group, unpack(ids))

-- Everything below the oldest pending entry is settled; where none is pending, everything that was delivered.
local bound = nil
local pending = redis.call('XPENDING', stream, group)
if pending[1] > 0 then
    bound = digits(pending[2]) .. '0'
else
    for _, told in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
        local name, delivered = nil, nil
        for at = 1, #told, 2 do
            if told[at] == 'name' then name = told[at + 1] end
            if told[at] == 'last-delivered-id' then delivered = told[at + 1] end
        end
        if name == group then
            bound = digits(delivered) .. '1'
        end
    end
end
if bound and bound > settled then
    settled = bound
    redis.call('HSET', metrics, 'settled', settled)
end
local kept = {}
for _, order in ipairs(fresh) do
    if not (order < settled) then
        kept[#kept + 1] = '0'
        kept[#kept + 1] = order
    end
end
if #kept > 0 then
    redis.call('ZADD', counted, unpack(kept))
end
if has_counted then
    redis.call('ZREMRANGEBYLEX', counted, '-', '(' .. settled)
end
return {acknowledged, #fresh}
