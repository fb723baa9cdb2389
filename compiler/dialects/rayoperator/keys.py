"""The keys of Ray Serve's configuration, level by level.

Source: the models of ray 2.60.0, ray/serve/schema.py, ray/serve/config.py and ray/llm, LLMConfig; and keys of earlier
releases that still run, which were renamed to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

TOP = frozenset((
    "applications", "controller_options", "grpc_options", "http_options", "logging_config", "proxy_location",
    "target_capacity", "tracing_config",
))  # fmt: skip
HTTP = frozenset((
    "host", "keep_alive_timeout_s", "location", "middlewares", "num_cpus", "port", "request_timeout_s", "root_path",
    "root_url", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_keyfile_password",
))  # fmt: skip
GRPC = frozenset(("enable_reflection", "grpc_servicer_functions", "port", "request_timeout_s"))
LOGGING = frozenset(("additional_log_standard_attrs", "enable_access_log", "encoding", "log_level", "logs_dir"))
APPLICATION = frozenset((
    "args", "autoscaling_policy", "deployments", "docs_path", "external_scaler_enabled", "host", "import_path",
    "logging_config", "name", "port", "route_prefix", "runtime_env",
))  # fmt: skip
DEPLOYMENT = frozenset((
    "autoscaling_config", "backpressure_config", "deployment_actors", "gang_scheduling_config",
    "graceful_shutdown_timeout_s", "graceful_shutdown_wait_loop_s", "health_check_period_s", "health_check_timeout_s",
    "logging_config", "max_ongoing_requests", "max_queued_requests", "max_replicas_per_node", "max_surge_percent", "name",
    "num_replicas", "placement_group_bundle_label_selector", "placement_group_bundles", "placement_group_strategy",
    "ray_actor_options", "request_router_config", "rolling_update_percentage", "user_config",
))  # fmt: skip
ACTOR = frozenset((
    "accelerator_type", "fallback_strategy", "label_selector", "memory", "num_cpus", "num_gpus", "resources",
    "runtime_env",
))  # fmt: skip
AUTOSCALING = frozenset((
    "aggregation_function", "downscale_delay_s", "downscale_smoothing_factor", "downscale_to_zero_delay_s",
    "downscaling_factor", "initial_replicas", "look_back_period_s", "max_replicas", "metrics_interval_s", "min_replicas",
    "policy", "smoothing_factor", "target_ongoing_requests", "upscale_delay_s", "upscale_smoothing_factor",
    "upscaling_factor",
))  # fmt: skip
LLM = frozenset((
    "accelerator_config", "accelerator_type", "callback_config", "deployment_config", "engine_kwargs",
    "experimental_configs", "llm_engine", "log_engine_metrics", "lora_config", "model_loading_config",
    "placement_group_config", "runtime_env", "server_cls",
))  # fmt: skip
RENAMED: Mapping[str, str] = {
    "max_concurrent_queries": "max_ongoing_requests",
    "target_num_ongoing_requests_per_replica": "target_ongoing_requests",
}
"""Former names, which Ray no longer reads, with today's."""
