"""Plans of workloads: one module a type of workload, each with `PLANNER`. `compiler.planning.working` finds them."""
