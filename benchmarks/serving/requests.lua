-- Posts the lines of a file in turn, each a row as JSON, and tells all that was measured as one line of JSON.
local bodies, turn = {}, 0
function init(words)
  for line in io.lines(words[1]) do bodies[#bodies + 1] = line end
end
function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", nil, {["content-type"] = "application/json"}, bodies[turn])
end
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect, e.read, e.write, e.status, e.timeout))
end
