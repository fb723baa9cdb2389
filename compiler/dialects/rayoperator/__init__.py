"""What KubeRay and Ray Serve refuse, ignore or change in documents that they accept."""
