#nullable enable
// Convolution with 3 x 3 kernels by 4 multiplications for each result in place of 9: F(2x2, 3x3) of Lavin and Gray
// ("Fast algorithms for convolutional neural networks", 2016). A tile of 2 x 2 results is
//     A^T ((G w G^T) . (B^T d B)) A
// for a kernel w and the patch d of 4 x 4 pixels that the tile reads. The 16 places of the elementwise product `.` do
// not mix, so that over channels each place is a matrix product. Likewise the gradient by w is the sum over tiles of
//     G^T ((A g A^T) . (B^T d B)) G
// for the gradient g by the tile. The gradient by the input is the convolution of g with rotated kernels.
//
// Transformed pixels lie as [chunk][place][tile][channel]; for kernels see WinogradKernels. Errors are about those of
// the definition in float32.

public static class Winograd
{
    const int Channels = WinogradKernels.Channels, Places = WinogradKernels.Places, Kernels = WinogradKernels.Length;

    // Tiles whose results are computed together: as many as a tile of the block product has rows.
    const int MostTogether = BlockProduct.MostRowsEver;

    // Tiles whose products are added to the gradient by the kernels in one go: the sums are read and written once.
    const int SumTogether = 64;

    // Floats from place to place. They are no power of two, for which the 16 stores of a transformation would compete
    // for the same few cache sets.
    const int PlaceStride = (MostTogether + 1) * Channels, SumPlaceStride = (SumTogether + 2) * Channels;

    [ThreadStatic] static Block plain, pixels, products, sourceTiles, resultTiles;

    /// <summary>Stride 1, padding 1, images of even height and width, and blocks of 16 channels.</summary>
    public static bool Fits(in ConvolutionSizes c) =>
        (c.KernelHeight, c.KernelWidth, c.Stride, c.Padding) == (3, 3, 1, 1) && (c.Height | c.Width) % 2 == 0
        && c.InputFrame.Block == Channels && c.Output.Block == Channels;

    public static int ImagesTogether(in ConvolutionSizes c) => Math.Max(1, SumTogether / TileCount(c));

    static int TileCount(in ConvolutionSizes c) => c.Height / 2 * (c.Width / 2);

    /// <summary>Floats of transformed kernels.</summary>
    public static int PackedLength(in ConvolutionSizes c) =>
        Places * c.Input.Chunks * Channels * c.Output.Chunks * Channels;

    public static void PackForward(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed)
    {
        var direct = Plain(c);
        DirectConvolution.PackForward(c, w, wRow, direct);
        WinogradKernels.Transform(c.Output.Chunks, c.Input.Chunks, direct, packed);
    }

    public static void PackInputGradient(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed)
    {
        var direct = Plain(c);
        DirectConvolution.PackInputGradient(c, w, wRow, direct);
        WinogradKernels.Transform(c.Input.Chunks, c.Output.Chunks, direct, packed);
    }

    /// <summary>dw (O, C KH KW) of the sums of AddKernelGradient.</summary>
    public static void KernelGradient(in ConvolutionSizes c, ReadOnlySpan<float> sums, Span<float> dw, int dwRow)
    {
        var direct = Plain(c);
        WinogradKernels.Gradient(c.Output.Chunks, c.Input.Chunks, sums, direct);
        DirectConvolution.KernelGradient(c, direct, dw, dwRow);
    }

    // Memory for the kernels as direct convolution lays them out.
    static Span<float> Plain(in ConvolutionSizes c) =>
        Block.Scratch<float>(ref plain, DirectConvolution.PackedLength(c, c.Input, c.Output));

    public static void Forward<S, V>(in ConvolutionSizes c, int images, ref float frames, ref float packed,
        ref float y, int yImage) where S : struct, ISimd<V> where V : struct =>
        Convolve<S, V>(c, images, ref frames, c.InputFrame, ref packed, ref y, yImage, c.Output);

    public static void InputGradient<S, V>(in ConvolutionSizes c, int images, ref float frames, ref float packed,
        ref float dx, int dxImage) where S : struct, ISimd<V> where V : struct =>
        Convolve<S, V>(c, images, ref frames, c.GradientFrame, ref packed, ref dx, dxImage, c.Input);

    // A few tiles at a time, so that what is transformed stays in the first-level cache.
    [MethodImpl(Hot)]
    static void Convolve<S, V>(in ConvolutionSizes c, int images, ref float frames, in PixelLayout source,
        ref float packed, ref float y, int yImage, in PixelLayout result) where S : struct, ISimd<V> where V : struct
    {
        ref var v = ref MemoryMarshal.GetReference(
            Block.Scratch<float>(ref pixels, source.Chunks * Places * PlaceStride));
        ref var m = ref MemoryMarshal.GetReference(Block.Scratch<float>(ref products, Places * PlaceStride));
        var from = Tiles(c, ref sourceTiles, images, source, source.Length, border: 1);
        var to = Tiles(c, ref resultTiles, images, result, yImage, border: 0);
        var packedPlace = source.Chunks * Kernels;
        var grid = new TileGrid(1, 0, 0, Places, PlaceStride, packedPlace, PlaceStride, Channels, 3 * Channels,
            Channels);
        var sum = new Reduction(source.Chunks, Places * PlaceStride, Kernels, 1, 0, 0, Channels, 1);
        var most = BlockProduct.MostRows<S, V>(Channels);
        for (int groups = (from.Length + most - 1) / most, count; groups > 0; groups--)
        {
            count = (from.Length + groups - 1) / groups;
            TransformPatches<S, V>(from[..count], ref frames, source, ref v, PlaceStride);
            var next = to.Slice(count, Math.Min(count, to.Length - count));
            for (var panel = 0; panel < result.Chunks; panel++)
            {
                ref var yPanel = ref Unsafe.Add(ref y, panel * result.ChunkStride);
                Prefetch(next, ref yPanel, result.RowStride);
                BlockProduct.Tiles<S, V>(Channels, count, grid, sum, ref v,
                    ref Unsafe.Add(ref packed, panel * Places * packedPlace), ref m, add: false);
                TransformBack<S, V>(to[..count], ref m, ref yPanel, result.RowStride);
            }
            from = from[count..];
            to = to[count..];
        }
    }

    /// <summary>Adds to sums, which lie as [place][panel][chunk][channel of x][channel of g], so that what is
    /// multiplied for one place stays in the first-level cache.</summary>
    [MethodImpl(Hot)]
    public static void AddKernelGradient<S, V>(in ConvolutionSizes c, int images, ref float frames,
        ref float gFrames, ref float sums) where S : struct, ISimd<V> where V : struct
    {
        var (x, g) = (c.InputFrame, c.GradientFrame);
        const int ChunkStride = Places * SumPlaceStride;
        ref var v = ref MemoryMarshal.GetReference(Block.Scratch<float>(ref pixels, x.Chunks * ChunkStride));
        ref var t = ref MemoryMarshal.GetReference(Block.Scratch<float>(ref products, g.Chunks * ChunkStride));
        var xTiles = Tiles(c, ref sourceTiles, images, x, x.Length, border: 1);
        var gTiles = Tiles(c, ref resultTiles, images, g, g.Length, border: 0);
        for (int first = 0, count; first < xTiles.Length; first += count)
        {
            count = Math.Min(SumTogether, xTiles.Length - first);
            TransformPatches<S, V>(xTiles.Slice(first, count), ref frames, x, ref v, SumPlaceStride);
            TransformGradients<S, V>(gTiles.Slice(first, count), ref gFrames, g, ref t, SumPlaceStride);
            var sum = new Reduction(1, 0, 0, 1, 0, 0, count, Channels);
            ref var to = ref sums;
            for (var place = 0; place < Places; place++)
                for (var panel = 0; panel < g.Chunks; panel++)
                {
                    BlockProduct.Multiply<S, V>(Channels, x.Chunks, ChunkStride, Kernels, Channels, 1, Channels, sum,
                        ref Unsafe.Add(ref v, place * SumPlaceStride),
                        ref Unsafe.Add(ref t, panel * ChunkStride + place * SumPlaceStride), ref to, add: true);
                    to = ref Unsafe.Add(ref to, x.Chunks * Kernels);
                }
        }
    }

    // Where the tiles of all images lie: their first pixel, or one `border` above and to the left of it.
    [MethodImpl(Hot)]
    static Span<int> Tiles(in ConvolutionSizes c, ref Block memory, int images, in PixelLayout layout, int image,
        int border)
    {
        var tiles = Block.Scratch<int>(ref memory, images * TileCount(c));
        var at = 0;
        for (var n = 0; n < images; n++)
            for (var row = -border; row < c.Height - border; row += 2)
                for (var column = -border; column < c.Width - border; column += 2)
                    tiles[at++] = n * image + layout.Offset(0, row, column);
        return tiles;
    }

    // B^T d B for the patches d of some tiles.
    [MethodImpl(Hot)]
    static void TransformPatches<S, V>(ReadOnlySpan<int> tiles, ref float frames, in PixelLayout layout, ref float v,
        nint place) where S : struct, ISimd<V> where V : struct
    {
        nint row = layout.RowStride;
        for (var chunk = 0; chunk < layout.Chunks; chunk++)
        {
            ref var to = ref v;
            foreach (var tile in tiles)
                for (var lane = 0; lane < Channels; lane += S.Lanes)
                {
                    ref var a = ref Unsafe.Add(ref frames, tile + lane);
                    ref var b = ref Unsafe.Add(ref a, row);
                    ref var c = ref Unsafe.Add(ref b, row);
                    ref var d = ref Unsafe.Add(ref c, row);
                    PatchRow<S, V>(Less<S, V>(ref a, ref c, 0), Less<S, V>(ref a, ref c, 1),
                        Less<S, V>(ref a, ref c, 2), Less<S, V>(ref a, ref c, 3), ref to, place);
                    PatchRow<S, V>(Plus<S, V>(ref b, ref c, 0), Plus<S, V>(ref b, ref c, 1),
                        Plus<S, V>(ref b, ref c, 2), Plus<S, V>(ref b, ref c, 3),
                        ref Unsafe.Add(ref to, 4 * place), place);
                    PatchRow<S, V>(Less<S, V>(ref c, ref b, 0), Less<S, V>(ref c, ref b, 1),
                        Less<S, V>(ref c, ref b, 2), Less<S, V>(ref c, ref b, 3),
                        ref Unsafe.Add(ref to, 8 * place), place);
                    PatchRow<S, V>(Less<S, V>(ref b, ref d, 0), Less<S, V>(ref b, ref d, 1),
                        Less<S, V>(ref b, ref d, 2), Less<S, V>(ref b, ref d, 3),
                        ref Unsafe.Add(ref to, 12 * place), place);
                    to = ref Unsafe.Add(ref to, S.Lanes);
                }
            frames = ref Unsafe.Add(ref frames, layout.ChunkStride);
            v = ref Unsafe.Add(ref v, Places * place);
        }
    }

    // A row of B^T d, times B.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void PatchRow<S, V>(V a, V b, V c, V d, ref float to, nint place) where S : struct, ISimd<V> where V : struct
    {
        S.Store(S.Subtract(a, c), ref to);
        S.Store(S.Add(b, c), ref Unsafe.Add(ref to, place));
        S.Store(S.Subtract(c, b), ref Unsafe.Add(ref to, 2 * place));
        S.Store(S.Subtract(b, d), ref Unsafe.Add(ref to, 3 * place));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Pixel<S, V>(ref float row, int column) where S : struct, ISimd<V> where V : struct =>
        S.Load(ref Unsafe.Add(ref row, column * Channels));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Plus<S, V>(ref float a, ref float b, int column) where S : struct, ISimd<V> where V : struct =>
        S.Add(Pixel<S, V>(ref a, column), Pixel<S, V>(ref b, column));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Less<S, V>(ref float a, ref float b, int column) where S : struct, ISimd<V> where V : struct =>
        S.Subtract(Pixel<S, V>(ref a, column), Pixel<S, V>(ref b, column));

    // Starts to load what will be written: stores would have to wait for it.
    [MethodImpl(Hot)]
    static void Prefetch(ReadOnlySpan<int> tiles, ref float y, nint row)
    {
        foreach (var tile in tiles)
        {
            ref var to = ref Unsafe.Add(ref y, tile);
            CacheLine.Prefetch(ref to);
            CacheLine.Prefetch(ref Unsafe.Add(ref to, Channels));
            to = ref Unsafe.Add(ref to, row);
            CacheLine.Prefetch(ref to);
            CacheLine.Prefetch(ref Unsafe.Add(ref to, Channels));
        }
    }

    // A^T m A for the products m of some tiles.
    [MethodImpl(Hot)]
    static void TransformBack<S, V>(ReadOnlySpan<int> tiles, ref float m, ref float y, nint row)
        where S : struct, ISimd<V> where V : struct
    {
        foreach (var tile in tiles)
            for (var lane = 0; lane < Channels; lane += S.Lanes)
            {
                var (a, e) = BackColumn<S, V>(ref m);
                var (b, f) = BackColumn<S, V>(ref Unsafe.Add(ref m, PlaceStride));
                var (c, g) = BackColumn<S, V>(ref Unsafe.Add(ref m, 2 * PlaceStride));
                var (d, h) = BackColumn<S, V>(ref Unsafe.Add(ref m, 3 * PlaceStride));
                ref var to = ref Unsafe.Add(ref y, tile + lane);
                S.Store(S.Add(S.Add(a, b), c), ref to);
                S.Store(S.Subtract(S.Subtract(b, c), d), ref Unsafe.Add(ref to, Channels));
                to = ref Unsafe.Add(ref to, row);
                S.Store(S.Add(S.Add(e, f), g), ref to);
                S.Store(S.Subtract(S.Subtract(f, g), h), ref Unsafe.Add(ref to, Channels));
                m = ref Unsafe.Add(ref m, S.Lanes);
            }
    }

    // A column of A^T m.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V, V) BackColumn<S, V>(ref float m) where S : struct, ISimd<V> where V : struct
    {
        V b = S.Load(ref Unsafe.Add(ref m, 4 * PlaceStride)), c = S.Load(ref Unsafe.Add(ref m, 8 * PlaceStride));
        return (S.Add(S.Add(S.Load(ref m), b), c),
            S.Subtract(S.Subtract(b, c), S.Load(ref Unsafe.Add(ref m, 12 * PlaceStride))));
    }

    // A g A^T for the gradients g by some tiles.
    [MethodImpl(Hot)]
    static void TransformGradients<S, V>(ReadOnlySpan<int> tiles, ref float frames, in PixelLayout layout,
        ref float v, nint place) where S : struct, ISimd<V> where V : struct
    {
        nint row = layout.RowStride;
        for (var chunk = 0; chunk < layout.Chunks; chunk++)
        {
            ref var to = ref v;
            foreach (var tile in tiles)
                for (var lane = 0; lane < Channels; lane += S.Lanes)
                {
                    ref var g = ref Unsafe.Add(ref frames, tile + lane);
                    ref var below = ref Unsafe.Add(ref g, row);
                    V a = Pixel<S, V>(ref g, 0), b = Pixel<S, V>(ref g, 1),
                        c = Pixel<S, V>(ref below, 0), d = Pixel<S, V>(ref below, 1);
                    GradientRow<S, V>(a, b, ref to, place);
                    GradientRow<S, V>(S.Add(a, c), S.Add(b, d), ref Unsafe.Add(ref to, 4 * place), place);
                    GradientRow<S, V>(S.Subtract(a, c), S.Subtract(b, d), ref Unsafe.Add(ref to, 8 * place), place);
                    GradientRow<S, V>(S.Subtract(default, c), S.Subtract(default, d),
                        ref Unsafe.Add(ref to, 12 * place), place);
                    to = ref Unsafe.Add(ref to, S.Lanes);
                }
            frames = ref Unsafe.Add(ref frames, layout.ChunkStride);
            v = ref Unsafe.Add(ref v, Places * place);
        }
    }

    // A row of A g, times A^T.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void GradientRow<S, V>(V a, V b, ref float to, nint place) where S : struct, ISimd<V> where V : struct
    {
        S.Store(a, ref to);
        S.Store(S.Add(a, b), ref Unsafe.Add(ref to, place));
        S.Store(S.Subtract(a, b), ref Unsafe.Add(ref to, 2 * place));
        S.Store(S.Subtract(default, b), ref Unsafe.Add(ref to, 3 * place));
    }
}
