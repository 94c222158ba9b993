/** The HTTP API behind API Gateway. */
import { handle } from 'hono/aws-lambda';
import { createApp } from '../api/app.ts';

export const handler = handle(createApp());
