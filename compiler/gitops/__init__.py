"""What makes a GitOps controller apply the rendered tree: its own objects, health checks, sync waves."""
