/** A digest as its publisher gives it. */
export interface Checksum {
  algorithm: 'sha256' | 'sha512';
  hex: string;
}

/**
 * Digests of release files, by file name with version. Kubernetes: the download table of its changelog for
 * 1.35.4. etcd and kwok: the same digest in at least two places that were made independently of each other
 * (package recipes, download tables of installers). A file that is not listed is not downloaded: a digest
 * read from the server that also serves the file would find a broken download, and no publisher who was
 * taken over.
 */
export const CHECKSUMS: Readonly<Record<string, Checksum>> = {
  'v1.35.4/kubernetes-server-linux-amd64.tar.gz': {
    algorithm: 'sha512',
    hex: '7454c2d9023de3230972e965e1e2a587a291e2a1abee703bb0737057e1646b23ebac538b93dd778e93579e3c293dc1fa8d002e6848ad5ebc01598bc47358fe44',
  },
  'v1.35.4/kubernetes-server-linux-arm64.tar.gz': {
    algorithm: 'sha512',
    hex: '67187a2fe780be7816f9d10e082ed02cbba306bab379980280d00ba4c4017ff53c50cd2ff81d248c91ddcc064276b8760e17c73a1a7da1d35067a6fc0ffbdc88',
  },
  'v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz': {
    algorithm: 'sha256',
    hex: 'ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5',
  },
  'v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz': {
    algorithm: 'sha256',
    hex: 'fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e',
  },
  'v0.8.0/kwok-linux-amd64': {
    algorithm: 'sha256',
    hex: 'f5a4385a2ae1b9dd7f8acae18e002a75c0ebba124ae9d7259aa8dadb50711f46',
  },
  'v0.8.0/kwok-linux-arm64': {
    algorithm: 'sha256',
    hex: '628f7d277860f524a2a775c217adcc58828e7b59ab0933680315784f1b8b0e37',
  },
};
