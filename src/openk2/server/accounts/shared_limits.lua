-- One step on one caller's buckets. See shared_limits.py.
-- KEYS: buckets (a hash), leases (a sorted set: request -> when its place is taken back)
-- ARGV: operation, now or '', requests per minute, tokens per minute, streams (each -1: no limit), tokens, lease,
--       seconds a lease lasts
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end
local limit = {requests = tonumber(ARGV[3]), tokens = tonumber(ARGV[4])}
local streams, tokens, lease, lasting = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])

local stored = redis.call('HMGET', KEYS[1], 'requests', 'tokens', 'at')
local passed = math.max(0, now - tonumber(stored[3] or now))
local filled = {}
for index, name in ipairs({'requests', 'tokens'}) do
  if limit[name] >= 0 then
    local before = tonumber(stored[index] or limit[name])
    filled[name] = math.min(limit[name], before + limit[name] * passed / 60)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)

local refused, wait = '', ''
if ARGV[1] == 'take' then
  if streams >= 0 and redis.call('ZCARD', KEYS[2]) >= streams then
    refused, wait = 'streams', 1
  elseif filled.requests and filled.requests < 1 then
    refused, wait = 'requests', (1 - filled.requests) * 60 / limit.requests
  elseif filled.tokens and filled.tokens < tokens then
    refused = 'tokens'
    if tokens <= limit.tokens then
      wait = (tokens - filled.tokens) * 60 / limit.tokens
    end
  else
    if filled.requests then filled.requests = filled.requests - 1 end
    if filled.tokens then filled.tokens = filled.tokens - tokens end
    redis.call('ZADD', KEYS[2], now + lasting, lease)
  end
else
  if filled.tokens then filled.tokens = math.min(limit.tokens, filled.tokens + tokens) end
  redis.call('ZREM', KEYS[2], lease)
end

redis.call('HSET', KEYS[1], 'at', string.format('%.6f', now))
for name, value in pairs(filled) do
  redis.call('HSET', KEYS[1], name, string.format('%.9f', value))
end
-- A bucket in debt takes longer than a minute to fill; nothing a request may use takes an hour.
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], math.ceil(lasting))
return {refused, tostring(wait), tostring(filled.requests or ''), tostring(filled.tokens or '')}
