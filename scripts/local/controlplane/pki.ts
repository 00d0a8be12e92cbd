// The certificate library resolves its parts by reflection and wants this first.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A private key with its certificate, both PEM. */
export interface KeyPair {
  key: string;
  certificate: string;
}

/** One certificate authority; each cluster has its own, so that no hub certificate opens a managed cluster. */
export class CertificateAuthority {
  readonly pair: KeyPair;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(pair: KeyPair, keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.pair = pair;
    this.#keys = keys;
    this.#certificate = certificate;
  }

  static async create(name: string): Promise<CertificateAuthority> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: `CN=${name}`,
      ...validity(YEAR_MS),
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    });
    return new CertificateAuthority(
      { key: await keyPem(keys), certificate: certificate.toString('pem') },
      keys,
      certificate,
    );
  }

  /** The authority that another process created. */
  static async load(pair: KeyPair): Promise<CertificateAuthority> {
    const certificate = new x509.X509Certificate(pair.certificate);
    const key = x509.PemConverter.decodeFirst(pair.key);
    const privateKey = await webcrypto.subtle.importKey('pkcs8', key, ALGORITHM, true, ['sign']);
    const publicKey = (await certificate.publicKey.export()) as webcrypto.CryptoKey;
    return new CertificateAuthority(pair, { privateKey, publicKey }, certificate);
  }

  /** A certificate for a server on loopback. */
  server(): Promise<KeyPair> {
    const names = new x509.SubjectAlternativeNameExtension([
      { type: 'ip', value: '127.0.0.1' },
      { type: 'dns', value: 'localhost' },
    ]);
    return this.#issue('CN=kube-apiserver', [names], YEAR_MS);
  }

  /** A certificate for a user of the API: `user` in `groups`. */
  client(user: string, groups: readonly string[] = [], lifetimeMs = YEAR_MS): Promise<KeyPair> {
    return this.#issue([...groups.map((group) => `O=${group}`), `CN=${user}`].join(','), [], lifetimeMs);
  }

  async #issue(subject: string, extensions: x509.Extension[], lifetimeMs: number): Promise<KeyPair> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: this.#certificate.subject,
      ...validity(lifetimeMs),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        ...extensions,
      ],
    });
    return { key: await keyPem(keys), certificate: certificate.toString('pem') };
  }
}

/** A key pair for signing ServiceAccount tokens, PEM. */
export async function serviceAccountKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const publicKey = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('spki', keys.publicKey),
    'PUBLIC KEY',
  );
  return { privateKey: await keyPem(keys), publicKey };
}

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

/** Positive and not zero-led, as X.509 wants serial numbers. */
function serial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

/** Backdated a little: clocks inside one machine agree, file systems and schedulers do not always. */
function validity(lifetimeMs: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 60_000), notAfter: new Date(now + lifetimeMs) };
}
