import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key and what vouches for it, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** An authority of one's own, in a folder of its own. Needs openssl. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name = 'authority') {
    this.#folder = folder;
    this.#name = name;
    this.#openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
    this.certificate = this.#read(`${name}.crt`);
  }

  /** Signs a new key for one who is called `name`, a server as which it may be reached. */
  issue(name: string): Identity {
    this.#openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    writeFileSync(
      join(this.#folder, `${name}.ext`),
      `subjectAltName=DNS:${name}\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    this.#openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      `${name}.csr`,
      '-CA',
      `${this.#name}.crt`,
      '-CAkey',
      `${this.#name}.key`,
      '-CAcreateserial',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
    return { certificate: this.#read(`${name}.crt`), privateKey: this.#read(`${name}.key`) };
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}
