import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CertificateAuthority, type Identity } from './certificates.ts';
import { freePort } from './java-process.ts';
import { startKafka, type KafkaBroker } from './kafka-broker.ts';

/** A broker that lets nobody in without TLS, but for its tools. */
export interface SecuredKafka extends KafkaBroker {
  /** TLS with a password: PLAIN, SCRAM, OAUTHBEARER (any unsigned token). @example 'localhost:40124' */
  readonly sasl: string;
  /** TLS with a certificate of the client. */
  readonly mtls: string;
  readonly authority: CertificateAuthority;
  /** One that the broker does not know. */
  readonly stranger: CertificateAuthority;
  /** Puts a secret where functions find it. @returns its `file:///….json` */
  keep(name: string, fields: Readonly<Record<string, string>>): string;
  /** Another password for the user of both kinds of SCRAM, from now on. */
  setPassword(user: string, password: string): Promise<void>;
}

export const PLAIN_USER = { username: 'alice', password: 'alice-secret' };

export async function startSecuredKafka(): Promise<SecuredKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-secured-'));
  const authority = new CertificateAuthority(folder);
  const [sasl, mtls] = [await freePort(), await freePort()];
  const broker = await startKafka({
    listeners: { SASL: sasl, MTLS: mtls },
    settings: settings(authority.issue('localhost'), authority.certificate),
  });
  return {
    ...broker,
    sasl: `localhost:${sasl}`,
    mtls: `localhost:${mtls}`,
    authority,
    stranger: new CertificateAuthority(folder, 'stranger'),
    keep: (name, fields) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(fields));
      return pathToFileURL(file).href;
    },
    setPassword: async (user, password) => {
      // One kind at a time: a request that alters a user twice is refused.
      for (const kind of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
        await broker.tool('kafka.admin.ConfigCommand', [
          '--alter',
          '--entity-type',
          'users',
          '--entity-name',
          user,
          '--add-config',
          `${kind}=[iterations=4096,password=${password}]`,
        ]);
      }
    },
    stop: async () => {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settings({ certificate, privateKey }: Identity, authority: string): Record<string, string> {
  const login = (mechanism: string): string => `listener.name.sasl.${mechanism}.sasl.jaas.config`;
  const module = 'org.apache.kafka.common.security';
  return {
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MTLS:SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': inOneLine(certificate),
    'ssl.keystore.key': inOneLine(privateKey),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': inOneLine(authority),
    'listener.name.mtls.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [login('plain')]: `${module}.plain.PlainLoginModule required user_${PLAIN_USER.username}="${PLAIN_USER.password}";`,
    [login('scram-sha-256')]: `${module}.scram.ScramLoginModule required;`,
    [login('scram-sha-512')]: `${module}.scram.ScramLoginModule required;`,
    [login('oauthbearer')]:
      `${module}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
}

/** As a file of properties has line ends inside of a value. */
const inOneLine = (pem: string): string => pem.replaceAll('\n', '\\n');
