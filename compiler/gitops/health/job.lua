-- A condition that no longer holds stays in the list, with the status "False".
local function condition(kind)
  for _, one in ipairs((obj.status or {}).conditions or {}) do
    if one.type == kind and one.status == "True" then
      return one
    end
  end
  return nil
end

local failed = condition("Failed")
if failed ~= nil then
  return { status = "Degraded", message = failed.message or "The job failed" }
end
local complete = condition("Complete")
if complete ~= nil then
  return { status = "Healthy", message = complete.message or "The job is complete" }
end
if condition("Suspended") ~= nil or (obj.spec ~= nil and obj.spec.suspend == true) then
  return { status = "Suspended", message = "The job waits to be admitted" }
end
return { status = "Progressing", message = "The job is running" }
