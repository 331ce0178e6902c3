#nullable enable
// The IDX format of the MNIST files (yann.lecun.com/exdb/mnist): bytes 0, 0, 8 (unsigned byte), the number of
// dimensions, each dimension as a big-endian 32-bit number, and the values; plain or gzipped. Images have the
// dimensions (N, H, W) or, with several channels, (N, C, H, W); labels have (N).
using System.Buffers.Binary;
using System.IO.Compression;

/// <summary>The contents of one IDX file. Name and Remedy are used in error messages about it.</summary>
public sealed class Idx
{
    public string Name { get; }
    public string Remedy { get; }
    public int[] Shape { get; }
    public byte[] Values { get; }
    public bool Zipped { get; private init; }

    /// <summary>Hex SHA-256 of the decompressed file, header included.</summary>
    public string Sha256 { get; }

    /// <summary>An array that was not read from a file.</summary>
    public Idx(string name, int[] shape, byte[] values) : this(name, "", shape, values) { }

    Idx(string name, string remedy, int[] shape, byte[] values)
    {
        (Name, Remedy, Shape, Values) = (name, remedy, shape, values);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Header(shape));
        hash.AppendData(values);
        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads a file of images or of labels; its first bytes tell whether it is gzipped. Throws BadInput, which
    /// names the file and the remedy, if it cannot be read or is damaged.</summary>
    public static Idx Read(string path, bool images, string remedy)
    {
        using var file = Open(path, remedy);
        return Read(file, path, images, remedy);
    }

    /// <summary>Opens a file. Throws BadInput if that fails.</summary>
    public static Stream Open(string path, string remedy)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Bad(path, $"cannot be read ({error.Message.TrimEnd('.')})", remedy);
        }
    }

    /// <summary>Reads a file from its stream, as the other overload does.</summary>
    public static Idx Read(Stream file, string name, bool images, string remedy)
    {
        var zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            var start = new byte[4];
            if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4 || start is not [0, 0, 8, var dimensions]
                || !(images ? dimensions is 3 or 4 : dimensions == 1))
                throw Bad(name, $"is no IDX file of {(images ? "images" : "labels")}", remedy);
            var sizes = new byte[4 * dimensions];
            var got = stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false);
            var shape = Enumerable.Range(0, dimensions)
                .Select(d => BinaryPrimitives.ReadInt32BigEndian(sizes.AsSpan(4 * d))).ToArray();
            if (got < sizes.Length || shape.Any(length => length <= 0))
                throw Bad(name, "has a damaged header", remedy);
            // A damaged header must not make us allocate gigabytes. Gzip compresses by a factor of at most 1032.
            var size = shape.Aggregate(new BigInteger(1), (product, length) => product * length);
            if (size > (zipped ? 1032L : 1L) * file.Length || size > Array.MaxLength)
                throw Bad(name, $"is cut short: its header promises {size} bytes", remedy);
            var values = GC.AllocateUninitializedArray<byte>((int)size);
            var read = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
            return read < values.Length ? throw Bad(name, $"is cut short: {read} of {size} bytes", remedy)
                : stream.ReadByte() >= 0 ? throw Bad(name, $"goes on after its {size} bytes", remedy)
                : new(name, remedy, shape, values) { Zipped = zipped };
        }
        catch (InvalidDataException)
        {
            throw Bad(name, "is a gzip file cut short or damaged", remedy);
        }
        catch (IOException error)
        {
            throw Bad(name, $"cannot be read ({error.Message.TrimEnd('.')})", remedy);
        }
    }

    /// <summary>The bytes of an IDX file that is not gzipped.</summary>
    public byte[] ToBytes() => [.. Header(Shape), .. Values];

    /// <summary>An error about this file.</summary>
    public BadInput Bad(string what) => Bad(Name, what, Remedy);

    static BadInput Bad(string name, string what, string remedy) => new($"{name} {what}: {remedy}");

    static byte[] Header(int[] shape)
    {
        var header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (8, (byte)shape.Length);
        for (var d = 0; d < shape.Length; d++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * d), shape[d]);
        return header;
    }
}
