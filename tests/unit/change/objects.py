"""Objects whose changes no spec of the table makes."""

from __future__ import annotations

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: nlp}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1", resources: {limits: {nvidia.com/gpu: 1}}}]}
"""
SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: notebook, namespace: nlp}
spec:
  replicas: 1
  serviceName: notebook
  selector: {matchLabels: {app: notebook}}
  updateStrategy: {type: RollingUpdate}
  volumeClaimTemplates: [{metadata: {name: home}, spec: {resources: {requests: {storage: 10Gi}}}}]
  template: {spec: {containers: [{name: notebook, image: "jupyter:1"}]}}
"""
DAEMONS = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: nlp}
spec:
  selector: {matchLabels: {app: agent}}
  updateStrategy: {type: OnDelete}
  template: {spec: {containers: [{name: agent, image: "agent:1"}]}}
"""
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: load, namespace: nlp}
spec:
  completionMode: Indexed
  completions: 4
  parallelism: 4
  suspend: true
  template: {spec: {nodeSelector: {pool: a}, containers: [{name: load, image: "load:1"}]}}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: key, namespace: nlp}
type: Opaque
stringData: {token: swordfish}
"""
SEALED = """
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: key, namespace: nlp}
spec: {encryptedData: {token: AgBswordfish}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: nlp}
spec: {type: ClusterIP, clusterIP: 10.0.0.1, selector: {app: web}, ports: [{name: http, port: 80}]}
"""
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: nlp, namespace: argocd}
spec: {project: ml, source: {repoURL: "https://git.acme.io/ml.git", path: rendered/prod, targetRevision: main}}
"""
KUSTOMIZATION = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: nlp, namespace: flux-system}
spec: {prune: true, interval: 10m, path: ./rendered/prod, sourceRef: {kind: GitRepository, name: ml}}
"""
RUNTIME = """
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: vllm, namespace: nlp}
spec: {containers: [{name: kserve-container, image: "vllm:1"}]}
"""
MULTI_NODE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: large, namespace: nlp}
spec:
  predictor:
    minReplicas: 2
    model: {modelFormat: {name: huggingface}, args: [--a], resources: {limits: {nvidia.com/gpu: 8}}}
    workerSpec:
      pipelineParallelSize: 3
      tensorParallelSize: 8
      containers: [{name: worker-container, resources: {limits: {nvidia.com/gpu: 8}}}]
"""
CUSTOM = """
apiVersion: example.org/v1
kind: Widget
metadata: {name: w, namespace: nlp}
spec: {colour: red}
"""
RAY = """
apiVersion: ray.io/v1
kind: RayService
metadata: {name: llm, namespace: nlp}
spec:
  serveConfigV2: "applications: []"
  rayClusterConfig:
    headGroupSpec: {template: {spec: {containers: [{name: head, image: "ray:1"}]}}}
    workerGroupSpecs:
      - {groupName: a, minReplicas: 1, maxReplicas: 2, template: {spec: {containers: [{name: w, image: "ray:2"}]}}}
      - {groupName: b, minReplicas: 1, maxReplicas: 2, template: {spec: {containers: [{name: w, image: "ray:3"}]}}}
"""
CLUSTER = (
    RAY.replace("RayService", "RayCluster")
    .replace('  serveConfigV2: "applications: []"\n  rayClusterConfig:\n', "")
    .replace("\n    ", "\n  ")
)
LLM = """
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: {name: chat, namespace: nlp, labels: {team: nlp, kueue.x-k8s.io/queue-name: ml}}
spec:
  replicas: 2
  template: {containers: [{name: main, image: "vllm:1", resources: {limits: {nvidia.com/gpu: 4}}}]}
"""
KNATIVE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: chat
  namespace: nlp
  annotations: {serving.kserve.io/deploymentMode: Knative, modelFormat: vllm}
spec:
  predictor:
    minReplicas: 3
    canaryTrafficPercent: 10
    containers: [{name: kserve-container, image: "vllm:1", resources: {limits: {nvidia.com/gpu: 2}}}]
"""
STANDARD = KNATIVE.replace("Knative", "Standard").replace(
    "canaryTrafficPercent: 10",
    "deploymentStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
)
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: archive}
spec: {capacity: {storage: 1Ti}, nfs: {server: 10.0.0.5, path: /a}, persistentVolumeReclaimPolicy: Retain, volumeMode: Filesystem}
"""
