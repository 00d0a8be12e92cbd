/** What a TLS connection to an API server is made with. PEM throughout. */
export interface TlsMaterial {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Name that the server's certificate must carry, where it is not the host of the URL. */
  servername?: string;
  /** False only for `insecure-skip-tls-verify`. */
  rejectUnauthorized?: boolean;
}

/** Who this process is towards the API server, at one moment. */
export interface Credentials {
  /** Sent with every request (Authorization, Impersonate-User). */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** Equal for equal TLS material: when it changes, connections made with the old one must go. */
  readonly tlsIdentity: string;
}

/** One API server and how to be let in. */
export interface Endpoint {
  readonly server: URL;
  /** Namespace of the kubeconfig's context, or that of the Pod; undefined when neither says. */
  readonly namespace?: string;
  /**
   * Current credentials; files that were rotated on disk are read again within seconds. With `rejected`
   * (the server answered 401 to these) everything is read again at once, exec plugins included.
   */
  credentials(rejected?: Credentials): Promise<Credentials>;
}
