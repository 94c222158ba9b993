/** Imported first: the logger reads its level when it is loaded. */
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
