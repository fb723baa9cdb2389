-- A condition that no longer holds stays in the list, with the status "False".
local function condition(kind)
  if obj.status == nil or obj.status.conditions == nil then
    return nil
  end
  for _, one in ipairs(obj.status.conditions) do
    if one.type == kind and one.status == "True" then
      return one
    end
  end
  return nil
end

local function health(status, one, otherwise)
  if one ~= nil and one.message ~= nil and one.message ~= "" then
    return { status = status, message = one.message }
  end
  return { status = status, message = otherwise }
end

local failed = condition("Failed")
if failed ~= nil then
  return health("Degraded", failed, "The job failed")
end
local succeeded = condition("Succeeded")
if succeeded ~= nil then
  return health("Healthy", succeeded, "The job succeeded")
end
-- A queue suspends a job before the operator has seen it.
local policy = obj.spec ~= nil and obj.spec.runPolicy or nil
local suspended = condition("Suspended")
if suspended ~= nil or (policy ~= nil and policy.suspend == true) then
  return health("Suspended", suspended, "The job waits to be admitted")
end
local restarting = condition("Restarting")
if restarting ~= nil then
  return health("Progressing", restarting, "The job is restarting")
end
local running = condition("Running")
if running ~= nil then
  return health("Progressing", running, "The job is running")
end
return health("Progressing", condition("Created"), "Waiting for the operator")
