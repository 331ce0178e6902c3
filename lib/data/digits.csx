#nullable enable
// Handwriting-like digits drawn by the program, so that everything runs offline at once. The same bytes on every
// machine: only +, -, *, / and square roots (which IEEE 754 rounds exactly), and nothing fused or from a maths library.

/// <summary>Draws digits prepared as MNIST's are: 28x28 bytes, ink 255 on 0, at most 20 pixels wide and high, centred
/// by mass. Each simulated writer has a slant, a pen width, a carelessness and a style for each digit, and writes each
/// class twice. Training and test digits come from different writers.</summary>
public static class Digits
{
    /// <summary>To be raised with every change of the drawn bytes; part of the cached files' folder name.</summary>
    public const int Version = 1;

    /// <summary>Numbers of training and test digits.</summary>
    public const int Training = 60_000, Testing = 10_000;

    /// <summary>The Dataset.Fingerprint of all digits.</summary>
    public const string Fingerprint = "724b2cc9357448aa2af566d936732dcff5412379174787ec2dfc24cd53a8f986";

    const long Seed = 28;
    const int Side = 28, Sheet = 20;

    // The styles of each class, in a box of 100 by 100 with y pointing down. Curves run through the points; "/" is a
    // corner at the point before it, and "|" lifts the pen.
    static readonly Glyph[][] Styles = new string[][]
    {
        ["52,0 26,14 16,50 26,86 50,100 74,86 84,50 74,14 49,1",
         "58,0 36,20 28,55 38,92 52,100 68,85 74,48 66,14 50,2",
         "64,8 42,2 20,25 15,60 30,93 55,100 78,80 85,45 72,14 50,4 38,10"],
        ["50,0 50,50 50,100",
         "52,0 49,50 48,100",
         "30,22 42,13 54,0 / 53,50 52,100",
         "28,24 42,14 54,0 / 53,50 52,100 | 26,100 52,99 78,99",
         "60,0 50,50 42,100"],
        ["20,22 30,6 50,0 72,10 75,32 58,58 35,80 16,98 / 46,96 84,97",
         "18,25 32,6 54,0 74,14 72,38 52,65 30,90 16,97 16,86 30,82 48,92 66,99 88,90",
         "22,18 40,2 64,4 74,24 62,52 38,80 20,96 / 40,90 62,98 86,92"],
        ["20,12 42,0 68,6 70,28 56,42 40,47 / 62,50 78,66 72,88 48,100 18,90",
         "20,4 48,3 76,2 / 58,24 42,42 / 68,48 78,70 64,94 38,100 16,90",
         "20,14 40,1 66,4 70,26 52,43 40,49 50,47 70,56 78,76 60,97 34,100 16,88"],
        ["26,2 22,30 18,56 / 46,58 84,54 | 70,8 66,50 62,100",
         "62,100 63,50 66,0 / 40,32 14,66 / 50,65 88,63",
         "24,6 18,34 28,52 50,54 74,44 | 76,2 71,40 66,100"],
        ["78,2 54,3 30,4 / 26,24 22,44 / 46,36 70,46 76,70 60,94 36,100 14,90",
         "30,4 26,24 22,44 / 48,38 74,50 76,76 54,98 30,99 14,88 | 30,4 56,3 84,0",
         "76,4 50,2 34,10 28,28 40,42 60,50 74,68 64,92 40,100 16,92"],
        ["68,2 42,18 24,48 20,78 36,98 60,98 74,80 66,60 46,54 26,68",
         "58,0 38,28 24,60 26,88 46,100 66,90 70,70 54,58 34,66 24,80",
         "76,8 58,0 36,16 22,50 26,86 48,100 70,88 72,66 54,56 34,64 26,78"],
        ["16,8 48,6 82,4 / 64,38 50,70 42,100",
         "16,8 48,6 82,4 / 64,38 50,70 42,100 | 32,52 54,50 78,48",
         "18,24 18,6 / 50,6 80,4 / 66,34 46,66 36,100",
         "18,14 36,4 66,4 80,14 70,40 54,68 46,100"],
        ["70,14 50,0 30,10 30,30 50,46 72,66 72,88 50,100 28,90 26,70 48,48 68,30 72,12",
         "78,8 54,0 34,12 36,34 58,52 70,74 60,96 40,100 26,84 34,62 56,44 72,24 74,6",
         "50,46 30,32 32,10 50,0 70,10 70,32 50,46 | 50,46 26,60 24,88 50,100 76,88 74,60 48,46"],
        ["72,22 56,2 32,8 24,30 38,48 60,44 72,20 / 70,60 66,100",
         "74,14 50,0 28,14 26,36 46,48 68,36 74,12 / 74,48 60,84 38,100 20,94",
         "70,10 46,2 26,18 28,42 50,46 70,26 / 68,60 58,100"],
    }.Select(ways => ways.Select(Glyph.Parse).ToArray()).ToArray();

    /// <summary>The first count digits of a part ("train" or "test"), drawn on all cores: images (N, 28, 28) and
    /// labels (N).</summary>
    public static Idx[] Arrays(string part, int count)
    {
        var (pixels, labels) = (new byte[count * Side * Side], new byte[count]);
        Parallel.For(0, (count + Sheet - 1) / Sheet, writer => Write(part, writer, pixels, labels));
        return [new($"{part} images", [count, Side, Side], pixels), new($"{part} labels", [count], labels)];
    }

    static void Write(string part, int index, byte[] pixels, byte[] labels)
    {
        var writer = new Writer(new(Seed, $"digits/{part}/writer/{index}"));
        Span<int> order = stackalloc int[Sheet];
        for (var i = 0; i < Sheet; i++) order[i] = i % 10;
        writer.Random.Shuffle(order);
        var hands = Enumerable.Range(0, 10).Select(d => new Hand(writer, Styles[d])).ToArray();
        for (var (i, at) = (0, index * Sheet); i < Sheet && at < labels.Length; i++, at++)
        {
            labels[at] = (byte)order[i];
            hands[order[i]].Draw(new(Seed, $"digits/{part}/{at}"), pixels.AsSpan(at * Side * Side, Side * Side));
        }
    }

    /// <summary>A point of a stroke and the pen's radius there.</summary>
    record struct Knot(float X, float Y, float R);

    /// <summary>One way to write a digit: its points, and its smooth pieces as first and last index.</summary>
    sealed record Glyph((float X, float Y)[] Points, (int First, int Last)[] Pieces)
    {
        public static Glyph Parse(string text)
        {
            var (points, pieces, first) = (new List<(float, float)>(), new List<(int, int)>(), 0);
            foreach (var word in text.Split(' '))
                if (word is "/" or "|")
                {
                    pieces.Add((first, points.Count - 1));
                    first = word is "/" ? points.Count - 1 : points.Count;
                }
                else
                    points.Add((int.Parse(word.Split(',')[0]), int.Parse(word.Split(',')[1])));
            return new([.. points], [.. pieces, (first, points.Count - 1)]);
        }
    }

    /// <summary>The properties that all digits of one writer share.</summary>
    sealed class Writer(RandomStream random)
    {
        public readonly RandomStream Random = random;
        // How far the points stray: a few writers are much more careless than most.
        public readonly float Stray = Math.Max(0.1f, 0.56f + 0.85f * Squared(random) + 0.19f * Bell(random));
        public readonly float Slant = 0.14f + 0.24f * Bell(random);
        public readonly float Turn = 0.08f * Bell(random);
        public readonly float Width = 0.95f + 0.17f * Bell(random);
        public readonly float Pen = 1.35f + 0.32f * Bell(random);
        public readonly float Blur = 1.3f + 0.25f * Bell(random);

        static float Squared(RandomStream random)
        {
            var u = (float)random.Uniform();
            return u * u;
        }
    }

    /// <summary>One writer's way to write one digit: mostly one style, its points moved by habit.</summary>
    sealed class Hand
    {
        readonly Writer writer;
        readonly Glyph[] styles;
        readonly (float X, float Y)[][] habits;
        readonly int usual;

        public Hand(Writer writer, Glyph[] styles)
        {
            (this.writer, this.styles, usual) = (writer, styles, writer.Random.Below(styles.Length));
            habits = [.. styles.Select(style => Wander(style.Points, 2.6f * writer.Stray, writer.Random))];
        }

        public void Draw(RandomStream random, Span<byte> pixels)
        {
            var style = random.Below(10) > 0 ? usual : random.Below(styles.Length);
            var (points, pieces) = (habits[style], styles[style].Pieces);
            Span<Knot> knots = stackalloc Knot[points.Length];
            Deform(points, knots, writer, random);
            Span<Knot> ink = stackalloc Knot[Steps * points.Length * 2];
            Span<int> lifts = stackalloc int[pieces.Length];
            var count = 0;
            for (var i = 0; i < pieces.Length; i++)
            {
                var (first, last) = pieces[i];
                count = Smooth(knots[first..(last + 1)], ink, count);
                lifts[i] = count;
            }
            Centre(ink[..count], lifts, (float)random.Uniform(-0.5, 0.5), (float)random.Uniform(-0.5, 0.5));
            Render(ink[..count], lifts, writer.Blur, pixels);
        }
    }

    const int Steps = 5;

    /// <summary>About a standard normal, within 3.5: the sum of four uniforms, since a logarithm is not the same
    /// everywhere.</summary>
    static float Bell(RandomStream random) => (float)(1.7320508075688772 *
        (random.Uniform() + random.Uniform() + random.Uniform() + random.Uniform() - 2));

    // Jitter, a smooth random displacement (a grid of 3x3 vectors), slant, turn and width.
    static void Deform((float X, float Y)[] points, Span<Knot> knots, Writer writer, RandomStream random)
    {
        var stray = writer.Stray;
        points = Wander(points, 1.8f * stray, random);
        Span<float> grid = stackalloc float[18];
        for (var i = 0; i < grid.Length; i++) grid[i] = 7.5f * stray * Bell(random);
        var t = 0.5f * (writer.Turn + 0.08f * stray * Bell(random));
        var (cos, sin) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t));
        var slant = writer.Slant + 0.07f * stray * Bell(random);
        var width = Math.Max(0.4f, writer.Width + 0.08f * stray * Bell(random));
        var pen = Math.Clamp(writer.Pen + 0.1f * Bell(random), 0.6f, 2.4f);
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y) = points[i];
            var (u, v) = (Math.Clamp(x * 0.02f, 0, 1.999f), Math.Clamp(y * 0.02f, 0, 1.999f));
            var (column, row) = ((int)u, (int)v);
            var (right, down) = (Ease(u - column), Ease(v - row));
            var at = 2 * (row * 3 + column);
            x += Blend(Blend(grid[at], grid[at + 2], right), Blend(grid[at + 6], grid[at + 8], right), down);
            y += Blend(Blend(grid[at + 1], grid[at + 3], right), Blend(grid[at + 7], grid[at + 9], right), down);
            (x, y) = ((x - 50) * width, y - 50);
            x -= slant * y;
            knots[i] = new(cos * x - sin * y, sin * x + cos * y, pen * (1 + 0.12f * Bell(random)));
        }
    }

    // Displaces the points at random. Neighbouring points have similar displacements, so that curves stay smooth.
    static (float X, float Y)[] Wander((float X, float Y)[] points, float size, RandomStream random)
    {
        var (dx, dy) = (Bell(random), Bell(random));
        return [.. points.Select(p =>
        {
            (dx, dy) = (0.6f * dx + 0.8f * Bell(random), 0.6f * dy + 0.8f * Bell(random));
            return (p.X + size * dx, p.Y + size * dy);
        })];
    }

    static float Ease(float t) => t * t * (3 - 2 * t);

    static float Blend(float a, float b, float t) => a + (b - a) * t;

    // Writes a Catmull-Rom curve through the knots into ink from index `at` on; returns the index after its end.
    static int Smooth(ReadOnlySpan<Knot> knots, Span<Knot> ink, int at)
    {
        for (var i = 0; i + 1 < knots.Length; i++)
        {
            var (b, c) = (knots[i], knots[i + 1]);
            var a = i > 0 ? knots[i - 1] : new(2 * b.X - c.X, 2 * b.Y - c.Y, b.R);
            var d = i + 2 < knots.Length ? knots[i + 2] : new(2 * c.X - b.X, 2 * c.Y - b.Y, c.R);
            for (var step = i == 0 ? 0 : 1; step <= Steps; step++)
            {
                var t = step / (float)Steps;
                ink[at++] = new(Curve(a.X, b.X, c.X, d.X, t), Curve(a.Y, b.Y, c.Y, d.Y, t), Blend(b.R, c.R, t));
            }
        }
        return at;
    }

    static float Curve(float a, float b, float c, float d, float t) =>
        0.5f * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));

    // Scales the strokes, pen width included, to 20 pixels, and moves the centre of mass to (dx, dy) from the middle of
    // the image. MNIST's digits are off the middle too, because they were centred to whole pixels.
    static void Centre(Span<Knot> ink, ReadOnlySpan<int> lifts, float dx, float dy)
    {
        var (left, right, top, bottom, pen) = (ink[0].X, ink[0].X, ink[0].Y, ink[0].Y, 0f);
        foreach (var p in ink)
        {
            (left, right) = (Math.Min(left, p.X), Math.Max(right, p.X));
            (top, bottom, pen) = (Math.Min(top, p.Y), Math.Max(bottom, p.Y), Math.Max(pen, p.R));
        }
        var scale = (20 - 2 * pen) / Math.Max(right - left, bottom - top);
        var (mass, x, y) = (0f, 0f, 0f);
        for (var (i, piece) = (1, 0); i < ink.Length; i++)
        {
            if (i == lifts[piece]) { piece++; continue; }
            var (p, q) = (ink[i - 1], ink[i]);
            var part = MathF.Sqrt((q.X - p.X) * (q.X - p.X) + (q.Y - p.Y) * (q.Y - p.Y)) * (p.R + q.R);
            (mass, x, y) = (mass + part, x + part * (p.X + q.X) / 2, y + part * (p.Y + q.Y) / 2);
        }
        foreach (ref var p in ink)
            p = new((p.X - x / mass) * scale + 13.5f + dx, (p.Y - y / mass) * scale + 13.5f + dy, p.R);
    }

    // A pixel has ink if its centre is within the pen's radius of a stroke; at the edge it fades over `blur` pixels.
    [MethodImpl(Hot)]
    static void Render(ReadOnlySpan<Knot> ink, ReadOnlySpan<int> lifts, float blur, Span<byte> pixels)
    {
        Span<float> depth = stackalloc float[Side * Side];
        depth.Fill(-9);
        for (var (i, piece) = (1, 0); i < ink.Length; i++)
        {
            if (i == lifts[piece]) { piece++; continue; }
            var (p, q) = (ink[i - 1], ink[i]);
            var (dx, dy, dr) = (q.X - p.X, q.Y - p.Y, q.R - p.R);
            var inverse = 1 / (dx * dx + dy * dy + 1e-9f);
            var reach = Math.Max(p.R, q.R) + blur;
            var (x0, x1) = (Math.Max(0, (int)(Math.Min(p.X, q.X) - reach)),
                Math.Min(Side - 1, (int)(Math.Max(p.X, q.X) + reach)));
            var (y0, y1) = (Math.Max(0, (int)(Math.Min(p.Y, q.Y) - reach)),
                Math.Min(Side - 1, (int)(Math.Max(p.Y, q.Y) + reach)));
            for (var y = y0; y <= y1; y++)
                for (var x = x0; x <= x1; x++)
                {
                    var (px, py) = (x - p.X, y - p.Y);
                    var t = Math.Min(1, Math.Max(0, (px * dx + py * dy) * inverse));
                    var (ex, ey) = (px - t * dx, py - t * dy);
                    var inside = p.R + t * dr - MathF.Sqrt(ex * ex + ey * ey);
                    ref var here = ref depth[y * Side + x];
                    if (inside > here) here = inside;
                }
        }
        var ramp = 1 / blur;
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(255 * Math.Min(1, Math.Max(0, depth[i] * ramp + 0.5f)) + 0.5f);
    }
}
