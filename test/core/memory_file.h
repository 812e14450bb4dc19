/*
 * memory_file.h: storage of the event log, in memory.
 */
#ifndef EF_TEST_MEMORY_FILE_H
#define EF_TEST_MEMORY_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct File
{
	uint8_t    *bytes;
	size_t		size;
	size_t		room;
	size_t		cut;			/* reading ends here, if it is not 0 */
} File;

static inline void
file_write(void *context, const void *bytes, size_t size)
{
	File	   *file = context;

	if (size == 0)
		return;
	if (file->size + size > file->room)
	{
		file->room = 2 * (file->size + size);
		file->bytes = realloc(file->bytes, file->room);
	}
	memcpy(file->bytes + file->size, bytes, size);
	file->size += size;
}

static inline size_t
file_read(void *context, uint64_t offset, void *buffer, size_t size)
{
	File	   *file = context;
	size_t		end = file->cut > 0 ? file->cut : file->size;

	if (offset >= end)
		return 0;
	if (size > end - offset)
		size = end - (size_t) offset;
	memcpy(buffer, file->bytes + offset, size);
	return size;
}

#endif							/* EF_TEST_MEMORY_FILE_H */
