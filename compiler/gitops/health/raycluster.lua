local status = obj.status or {}

local function condition(kind)
  for _, one in ipairs(status.conditions or {}) do
    if one.type == kind then
      return one
    end
  end
  return {}
end

local seen = status.observedGeneration
if obj.status == nil or (seen ~= nil and obj.metadata.generation ~= nil and seen < obj.metadata.generation) then
  return { status = "Progressing", message = "Waiting for the operator" }
end
if condition("RayClusterSuspended").status == "True" or condition("RayClusterSuspending").status == "True" then
  return { status = "Suspended", message = "The cluster is suspended" }
end
local failure = condition("ReplicaFailure")
if failure.status == "True" or status.state == "failed" then
  return { status = "Degraded", message = failure.message or status.reason or "Pods cannot be made" }
end
local head = condition("HeadPodReady")
local provisioned = condition("RayClusterProvisioned")
-- Operators before 1.2 have no conditions.
if (head.status == "True" and provisioned.status == "True") or (head.status == nil and status.state == "ready") then
  return { status = "Healthy", message = "The cluster is ready" }
end
return { status = "Progressing", message = head.message or "Pods are being made ready" }
