/** Imported before anything else: the content policy forbids code made from text, which zod would try when a schema is made. */
import * as z from 'zod';

z.config({ jitless: true });
