local status = obj.status or {}

local function condition(kind)
  for _, one in ipairs(status.conditions or {}) do
    if one.type == kind then
      return one
    end
  end
  return {}
end

-- What Ray Serve says of its applications on one of the clusters.
local function broken(service)
  for name, application in pairs((service or {}).applicationStatuses or {}) do
    if application.status == "DEPLOY_FAILED" or application.status == "UNHEALTHY" then
      return name .. ": " .. (application.message or application.status)
    end
  end
  return nil
end

local ready = condition("Ready")
if ready.status == "False" and (ready.reason == "ValidationFailed" or ready.reason == "InitializingTimeout") then
  return { status = "Degraded", message = ready.message or ready.reason }
end
local seen = status.observedGeneration
if obj.status == nil or (seen ~= nil and obj.metadata.generation ~= nil and seen < obj.metadata.generation) then
  return { status = "Progressing", message = "Waiting for the operator" }
end
if condition("Suspended").status == "True" or condition("Suspending").status == "True" then
  return { status = "Suspended", message = "The service is suspended" }
end
local fault = broken(status.pendingServiceStatus) or broken(status.activeServiceStatus)
if fault ~= nil then
  return { status = "Degraded", message = fault }
end
if ready.reason == "ZeroServeEndpoints" and ready.status == "False" then
  return { status = "Degraded", message = ready.message or "Nothing answers any more" }
end
if condition("UpgradeInProgress").status == "True" then
  return { status = "Progressing", message = "A second cluster is being made ready, the first one serves" }
end
-- Operators before 1.3 have no conditions.
if ready.status == "True" or (ready.status == nil and status.serviceStatus == "Running") then
  return { status = "Healthy", message = ready.message or "The service answers" }
end
return { status = "Progressing", message = ready.message or "The cluster is being made ready" }
