local status = obj.status or {}
local phase = status.jobDeploymentStatus or ""

local function health(kind, otherwise)
  if status.message ~= nil and status.message ~= "" then
    return { status = kind, message = status.message }
  end
  return { status = kind, message = otherwise }
end

if phase == "Failed" or phase == "ValidationFailed" then
  return health("Degraded", status.reason or "The job failed")
end
if phase == "Complete" then
  if status.jobStatus == "SUCCEEDED" then
    return health("Healthy", "The job succeeded")
  end
  -- Older operators call a job complete that failed or was stopped.
  return health("Degraded", "The job ended without success")
end
-- A queue suspends a job before the operator has seen it.
local asked = obj.spec ~= nil and obj.spec.suspend == true
if phase == "Suspending" or phase == "Suspended" or asked then
  return health("Suspended", "The job waits to be admitted")
end
if phase == "Running" then
  return health("Progressing", "The job is running")
end
if phase == "Retrying" then
  return health("Progressing", "The job is tried again")
end
if phase == "Waiting" then
  return health("Progressing", "The cluster waits for somebody to submit the job")
end
return health("Progressing", "The cluster is being made ready")
