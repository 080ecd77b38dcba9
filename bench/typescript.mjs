// `node --import ./bench/typescript.mjs bench/race.ts`: lets Node run the TypeScript of bench/ and src/ where it stands, so
// that the benches need no build of their own. What they measure is the built package in dist/.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
