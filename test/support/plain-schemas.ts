/** `TIDEMARK_PLAIN_SCHEMAS=yes npm test`: every suite with schemas as they are, none compiled. */
import { COMPILED_SCHEMAS } from '../../engine/schema/compile-schema.ts';

COMPILED_SCHEMAS.areOn = false;
