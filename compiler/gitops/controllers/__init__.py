"""The controllers, a module each with `CONTROLLER`. The module's name is what `gitops.controller` says."""
