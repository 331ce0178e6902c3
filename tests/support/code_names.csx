#nullable enable
// Which names a script declares and which it uses, read from its text. It knows no types, and goes by these rules:
// - Names of the house begin with a capital letter; words of C# do not.
// - A name past a type, as in `Interval Between(`, is declared there; so is one past `record`, `class` and the like.
// - A name behind a dot belongs to what stands before the dot. Only a call may be an extension function's.
// - `Name:` and `Name =` behind a bracket, brace or comma is an argument, or a member that is set or matched.
// - A declaration inside a type or function hides the same name outside it. A property hides it as a value alone, since
//   the type or function of that name is still meant in `Status Status` and `Dropout(Dropout)`; a method hides it as a
//   call too, a nested type altogether.
using System.Text.RegularExpressions;

/// <summary>Reads the words and signs of C# code. Comments, directives and the text of literals are left out; what
/// stands in the holes of an interpolated string is code. The signs &lt; &gt; ? * keep the blank before them where
/// there is one: it tells operators from parts of a type.</summary>
public static class CodeTokens
{
    static readonly Regex Blank = new(@"\G(?:\s+|//[^\n]*|/\*.*?\*/|(?<=^[ \t]*)#[^\n]*)",
        RegexOptions.Singleline | RegexOptions.Multiline);
    static readonly Regex Quote = new(@"\G([$@]*)(""+)");
    static readonly Regex Sign =
        new(@"\G(?:@?[\p{L}_]\w*|\d\w*(?:\.\d\w*)?|'(?:\\.[^']*|[^\\])'|=>|[=!<>]=|\.\.|\?\.|\?\?|\S)");

    public static List<string> Read(string code)
    {
        List<string> tokens = [];
        var at = 0;
        ReadCode(inHole: false);
        return tokens;

        // To the end of the code, or to the sign that ends a hole.
        void ReadCode(bool inHole)
        {
            for (var depth = 0; at < code.Length;)
            {
                if (Blank.Match(code, at) is { Success: true } blank) at += blank.Length;
                else if (Quote.Match(code, at) is { Success: true } quote)
                    ReadLiteral(quote.Groups[1].Value, quote.Groups[2].Value);
                else
                {
                    var sign = Sign.Match(code, at).Value;
                    if (inHole && depth == 0 && sign is "}" or ":") return;
                    depth += Nesting(sign);
                    var isSpaced = sign is "<" or ">" or "?" or "*" && at > 0 && char.IsWhiteSpace(code[at - 1]);
                    tokens.Add(isSpaced ? " " + sign : sign);
                    at += sign.Length;
                }
            }
        }

        void ReadLiteral(string prefix, string quotes)
        {
            var isVerbatim = prefix.Contains('@');
            var isRaw = !isVerbatim && quotes.Length >= 3;
            var end = isRaw ? quotes : "\"";
            var dollars = prefix.Count(sign => sign == '$');
            bool Follows(string text) => string.CompareOrdinal(code, at, text, 0, text.Length) == 0;
            tokens.Add("\"");
            for (at += prefix.Length + end.Length; !Follows(end) || isVerbatim && Follows("\"\"");)
            {
                var braces = dollars == 0 ? 0 : code.AsSpan(at).IndexOfAnyExcept('{');
                if (braces > 0 && (isRaw ? braces >= dollars : braces == 1))
                {
                    at += braces;
                    tokens.Add("(");
                    ReadCode(inHole: true);
                    tokens.Add(")");
                    at = code.IndexOf('}', at) + (isRaw ? dollars : 1);
                }
                else if (braces > 0) at += isRaw ? braces : 2;
                else at += isVerbatim && code[at] == '"' || !isVerbatim && !isRaw && code[at] == '\\' ? 2 : 1;
            }
            at += end.Length;
        }
    }

    /// <summary>1 for an opening bracket, -1 for a closing one.</summary>
    public static int Nesting(string token) => token is "(" or "[" or "{" ? 1 : token is ")" or "]" or "}" ? -1 : 0;
}

/// <summary>How a name is used or declared. A declaration hides uses of its own kind and of those before it.</summary>
public enum NameKind { Value, Call, Type }

/// <summary>A declaration or statement at the top level of a script.</summary>
public sealed class CodeItem
{
    static readonly HashSet<string> builtIn = [.. ("bool byte sbyte short ushort int uint long ulong nint nuint float "
        + "double decimal char string object dynamic void var").Split(' ')];
    static readonly HashSet<string> typeKinds = ["class", "record", "struct", "interface", "enum"];

    readonly List<string> tokens;

    CodeItem(List<string> tokens) => this.tokens = tokens;

    /// <summary>The items of a script, one after another.</summary>
    public static IEnumerable<CodeItem> Read(string code)
    {
        var tokens = CodeTokens.Read(code);
        // The members of an enum are not visible without its name.
        for (var i = tokens.Count - 1; i >= 0; i--)
            if (tokens[i] == "enum")
            {
                tokens.RemoveRange(i + 2, tokens.IndexOf("}", i) - i - 2);
                tokens[i + 2] = ";";
            }
        var (begin, depth, endsAtBrace) = (0, 0, true);
        for (var i = 0; i < tokens.Count; i++)
        {
            depth += CodeTokens.Nesting(tokens[i]);
            if (depth == 0 && tokens[i] is "=" or "=>") endsAtBrace = false;
            if (depth > 0 || tokens[i] != ";" && !(endsAtBrace && tokens[i] == "}")) continue;
            yield return new(tokens[begin..(i + 1)]);
            (begin, endsAtBrace) = (i + 1, true);
        }
        if (begin < tokens.Count)
            throw new FormatException($"no end of: {string.Join(' ', tokens[begin..].Take(20))}");
    }

    /// <summary>The name that other files can use: "" where the item declares none, ".Name" for an extension function.
    /// </summary>
    public string Name => Place is not { } at ? ""
        : At(PastTypeArguments(at + 1) + 1) == "this" ? "." + At(at) : At(at);

    /// <summary>The members, parameters, variables and types that are declared inside.</summary>
    public IEnumerable<(string Name, NameKind Kind)> Inner =>
        from i in Names
        where i != Place && IsDeclared(i)
        select (At(i), typeKinds.Contains(At(i - 1)) ? NameKind.Type : IsCalled(i) ? NameKind.Call : NameKind.Value);

    /// <summary>The names that are used, ".Name" for what is called behind a dot.</summary>
    public IEnumerable<(string Name, NameKind Kind)> Uses =>
        from i in Names
        where IsBehindDot(i) ? IsCalled(i) : i != Place && !IsDeclared(i) && !IsLabel(i)
        select (IsBehindDot(i) ? "." + At(i) : At(i),
            IsType(i) ? NameKind.Type : IsCalled(i) ? NameKind.Call : NameKind.Value);

    IEnumerable<int> Names => Enumerable.Range(0, tokens.Count).Where(i => IsName(At(i)));

    // Where the declared name stands: the first outside of brackets with the end of a declaration's head behind it.
    int? Place
    {
        get
        {
            for (var (i, depth) = (0, 0); i < tokens.Count && At(0) != "using"; i++)
            {
                depth += CodeTokens.Nesting(At(i)) + (At(i) == "<" ? 1 : At(i) == ">" ? -1 : 0);
                if (depth == 0 && IsName(At(i)) && !IsBehindDot(i)
                    && At(PastTypeArguments(i + 1)) is "(" or "=" or "=>" or "{" or ";" or ":" or "where") return i;
            }
            return null;
        }
    }

    string At(int i) => i >= 0 && i < tokens.Count ? tokens[i] : "";

    static bool IsName(string token) => token != "" && char.IsUpper(token[0]);

    bool IsBehindDot(int i) => At(i - 1) is "." or "?.";

    bool IsDeclared(int i) => IsName(At(i - 1)) || builtIn.Contains(At(i - 1)) || typeKinds.Contains(At(i - 1))
        || At(i - 1) is ">" or "?" or "*" || At(i - 1) == "]" && At(i - 2) is "[" or ","
        || At(i - 1) == ")" && IsTuple(i - 1)
        // const string First = "a", Second = "b";
        || At(i - 1) == "," && At(i + 1) == "=" && Before(i).Any(at => At(at) is "const" or "readonly");

    // (int Low, int High), and not (float) or for (...).
    bool IsTuple(int close) =>
        Before(close) is [.., var first] inside && inside.Any(i => At(i) == ",") && At(first - 1) == "(";

    bool IsLabel(int i) =>
        At(i - 1) is "(" or "," or "{" && At(i + 1) == ":" || At(i - 1) is "," or "{" && At(i + 1) == "=";

    bool IsCalled(int i) => At(PastTypeArguments(i + 1)) == "(";

    bool IsType(int i) => At(i - 1) is "new" or "<" || At(i + 1) is ">" or "?" || IsName(At(i + 1))
        || At(i + 1) == "<" && !IsCalled(i) || At(i + 1) == "[" && At(i + 2) is "]" or ",";

    int PastTypeArguments(int i)
    {
        if (At(i) != "<") return i;
        for (var depth = 0; i < tokens.Count; i++)
            if ((depth += At(i) == "<" ? 1 : At(i) == ">" ? -1 : 0) == 0) return i + 1;
        return i;
    }

    // Where the tokens before this one stand, backwards, in the same brackets and statement.
    List<int> Before(int i)
    {
        List<int> places = [];
        for (var depth = 0; --i >= 0 && !(depth == 0 && At(i) == ";");)
        {
            if ((depth -= CodeTokens.Nesting(At(i))) < 0) break;
            if (depth == 0) places.Add(i);
        }
        return places;
    }
}
