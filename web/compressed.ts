// A build step: writes the compressed forms of each file beside it, so that the server never compresses while somebody
// waits, and holds a build against the size that was promised.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(html|js|css|svg|json)$/;

/** `gzipBytesMax`: what each script may have, compressed. */
export function compressed({ gzipBytesMax = Number.POSITIVE_INFINITY } = {}): Plugin {
  return {
    name: 'firstline:compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => COMPRESSIBLE.test(fileName));
      for (const file of files) {
        const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        const zipped = await promisify(gzip)(bytes, { level: 9 });
        if (file.type === 'chunk' && zipped.length > gzipBytesMax) {
          this.error(
            `${file.fileName} has ${zipped.length} bytes gzipped; at most ${gzipBytesMax} are promised`,
          );
        }
        const path = join(dir, file.fileName);
        await writeFile(`${path}.gz`, zipped);
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes));
      }
    },
  };
}
