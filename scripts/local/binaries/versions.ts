/** What a local federation is made of, and of which release. */
export const VERSIONS = { kubernetes: '1.35.4', etcd: '3.6.14', kwok: '0.8.0' } as const;

export type Family = keyof typeof VERSIONS;

/** The Go module that each family is released as, under the version above. */
export const GO_MODULES: Readonly<Record<Family, string>> = {
  kubernetes: 'k8s.io/kubernetes',
  etcd: 'go.etcd.io/etcd/server/v3',
  kwok: 'sigs.k8s.io/kwok',
};

/** Small ones first: a source that does not deliver shows soon. */
export const FAMILIES: readonly Family[] = ['etcd', 'kwok', 'kubernetes'];

export const BINARIES = [
  { name: 'etcd', family: 'etcd', goPackage: 'go.etcd.io/etcd/server/v3' },
  { name: 'kube-apiserver', family: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  {
    name: 'kube-controller-manager',
    family: 'kubernetes',
    goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager',
  },
  { name: 'kube-scheduler', family: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  { name: 'kubectl', family: 'kubernetes', goPackage: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'kwok', family: 'kwok', goPackage: 'sigs.k8s.io/kwok/cmd/kwok' },
] as const satisfies readonly { name: string; family: Family; goPackage: string }[];

export type Binary = (typeof BINARIES)[number];
export type BinaryName = Binary['name'];

/** Folder of a family in the cache: another version is another folder, and the other families stay. */
export function cacheFolder(family: Family): string {
  return `${family}-${VERSIONS[family]}`;
}
